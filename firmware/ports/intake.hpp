#pragma once

#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/ports/store.hpp"

namespace linli::ports {

// What a driver hands over at one moment; all of it is committed together.
struct Delivery {
  std::vector<domain::Report> reports;
  std::vector<InflightMark> marks;  // MQTT only
  bool forget_marks = false;        // MQTT only: the broker began a new session
  // A report that is dropped because its device floods fails the delivery with kRefused: for
  // protocols that can say so, with one report a delivery.
  bool refuse_flood = false;
};

// The way in for every driver. Loop thread only.
class Intake {
 public:
  Intake() = default;
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;
  virtual ~Intake() = default;

  // Applies the reports in order and commits what follows from them. `committed` runs once the
  // commit is durable, and only then may the driver acknowledge. On failure the driver must not
  // acknowledge; the other side will send again.
  virtual void take(Delivery delivery, base::Done<void> committed) = 0;
};

}  // namespace linli::ports
