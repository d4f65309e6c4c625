// Payloads of terminals. There is no official text of this family: what stands here as "published"
// was published by open integrations, whose terminals it came from:
//   - a capture of a RecPush from real firmware ("Cloud ID 1026700"), in the design text of an
//     integration for cameras of this family;
//   - RecPush, StrSnapPush, PushAck-Ack, Online, Offline, HeartBeat from the protocol notes of
//     whoamikenken/AI-Camera-Integration;
//   - EditPerson-Ack, DelPerson-Ack, QueryPerson-Ack from the integration guide of
//     dezzy90/edu_connect.
// Names, card and telephone numbers in them were made up by their authors or are replaced here.
#include "drivers/terminal/terminal_codec.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace linli::drivers::terminal {
namespace {

template <class T>
T read(Channel channel, std::string_view payload) {
  auto message = decode(channel, payload);
  EXPECT_TRUE(message.has_value()) << payload << (message ? "" : message.error().what);
  if (!message || !std::holds_alternative<T>(*message)) {
    ADD_FAILURE() << "another kind of message: " << payload;
    return {};
  }
  return std::get<T>(*std::move(message));
}

constexpr std::string_view kCaptured =
    R"({"operator":"RecPush","info":{"customId":"","personId":"3","RecordID":"2","VerifyStatus":"1",
    "PersonType":"0","similarity1":"83.000000","Sendintime":1,"personName":"somebody",
    "facesluiceId":"1026700","idCard":"12345","telnum":" ","time":"2026-04-10 10:00:07",
    "isNoMask":"1","PushType":0,"targetPosInScene":[346,0,1572,1080],
    "pic":"data:image/jpeg;base64,AAAA"}})";

TEST(TerminalCodec, ARecordCapturedFromATerminalIsRead) {
  const auto record = read<Record>(Channel::kRecord, kCaptured);
  EXPECT_EQ(record.id, "2");
  EXPECT_EQ(record.person, "") << "it was entered at the terminal itself";
  EXPECT_EQ(record.kind, Record::Kind::kFace);
  EXPECT_EQ(record.verdict, Verdict::kAllowed);
  EXPECT_FALSE(record.is_resent);
  EXPECT_EQ(record.time_ms, 1'775'786'407'000);
}

// The example of the design text: both spellings of the name, numbers as strings.
TEST(TerminalCodec, ARecordWithAllMembersAsStringsIsRead) {
  const auto record = read<Record>(Channel::kRecord, R"({"operator":"RecPush","info":{
    "customId":"R-3-2-1201-1","personId":"17","RecordID":"8812","VerifyStatus":"1","PersonType":"0",
    "similarity1":"89.5","Sendintime":1,"direction":"entr","otype":"1","persionName":"a",
    "personName":"a","facesluiceId":"1305433","facesluiceName":"b","time":"2025-11-23 08:01:02",
    "PushType":"0","OpendoorWay":"0","cardNum2":"","RFIDCard":"0","szQrCodeData":"",
    "pic":"data:image/jpeg;base64,AAAA"}})");
  EXPECT_EQ(record.id, "8812");
  EXPECT_EQ(record.person, "R-3-2-1201-1");
  EXPECT_EQ(record.direction, "in");
  EXPECT_EQ(record.kind, Record::Kind::kFace) << "card 0 is no card";
}

TEST(TerminalCodec, OtherCaseAndNumbersForStringsAreTheSame) {
  const auto one = read<Record>(Channel::kRecord, R"({"operator":"VerifyPush","info":{
    "CustomID":"p1","recordID":8812,"verifyStatus":2,"Direction":"exit","pushType":1,
    "Time":"2025-11-23T08:01:02"}})");
  EXPECT_EQ(one.id, "8812");
  EXPECT_EQ(one.person, "p1");
  EXPECT_EQ(one.verdict, Verdict::kRefused);
  EXPECT_EQ(one.direction, "out");
  EXPECT_TRUE(one.is_resent);
  EXPECT_EQ(one.time_ms, 1'763'856'062'000);
}

TEST(TerminalCodec, ACardAndACodeAreWhatWasShown) {
  const auto card = read<Record>(
      Channel::kRecord, R"({"operator":"RecPush","info":{"RecordID":1,"RFIDCard":"12345678"}})");
  EXPECT_EQ(card.kind, Record::Kind::kCard);
  EXPECT_EQ(card.shown.reveal(), "12345678");
  const auto code = read<Record>(
      Channel::kRecord, R"({"operator":"RecPush","info":{"RecordID":1,"szQrCodeData":"abc"}})");
  EXPECT_EQ(code.kind, Record::Kind::kQr);
  EXPECT_EQ(code.shown.reveal(), "abc");
  const auto scanned = read<Scan>(
      Channel::kQr,
      R"({"operator":"QRCodePush","info":{"facesluiceId":"1","QRcodeInfo":"xyz","time":"2025-11-23 08:01:02"}})");
  EXPECT_EQ(scanned.text.reveal(), "xyz");
}

TEST(TerminalCodec, AStrangerIsASnapshotWithoutAPicture) {
  const auto snapshot = read<Snapshot>(Channel::kSnapshot, R"({"operator":"StrSnapPush","info":{
    "facesluiceId":"005a213b000b93cc","SnapID":"946","time":"2024-08-22 12:00:30","isNoMask":"1",
    "PushType":0,"targetPosInScene":[0,0,1161,1080],"pic":"data:image/jpeg;base64,AAAA",
    "scene":"data:image/jpeg;base64,AAAA"}})");
  EXPECT_EQ(snapshot.id, "946");
  EXPECT_EQ(snapshot.time_ms, 1'724'299'230'000);
}

TEST(TerminalCodec, SignsNameTheTerminalInsideOrBeside) {
  const auto heartbeat = read<Sign>(
      Channel::kShared,
      R"({"operator":"HeartBeat","info":{"facesluiceId":"1306612","time":"2023-01-01 00:00:00"}})");
  EXPECT_EQ(heartbeat.kind, Sign::Kind::kHeartbeat);
  EXPECT_EQ(heartbeat.terminal, "1306612");
  const auto online = read<Sign>(Channel::kShared, R"({"operator":"Online","info":{
    "facesluiceId":"1306612","username":"admin","time":"2020-05-12 15:11:10","ip":"172.168.2.202",
    "facesname":"North Gate Entrance"}})");
  EXPECT_EQ(online.kind, Sign::Kind::kOnline);
  const auto offline =
      read<Sign>(Channel::kShared, R"({"operator":"Offline","info":{"facesluiceId":1305433}})");
  EXPECT_EQ(offline.kind, Sign::Kind::kOffline);
  EXPECT_EQ(offline.terminal, "1305433");
  EXPECT_EQ(read<Sign>(Channel::kShared, R"({"operator":"Heartbeat","facesluiceId":"7"})").terminal,
            "7");
  EXPECT_EQ(
      read<Sign>(Channel::kShared, R"({"operator":"Basic","info":{"facesluiceId":"7"}})").kind,
      Sign::Kind::kHeartbeat);
}

TEST(TerminalCodec, AnswersSayWhatBecameOfAQuestion) {
  const auto done = read<Answer>(Channel::kAnswer, R"({
    "messageId":"ID:localhost-637050272518414388:79346:87:5","operator":"EditPerson-Ack",
    "code":"200","info":{"facesluiceId":"1306612","personId":"3",
    "customId":"063c81e0fce184c696cdb7e049230f5e","result":"ok"}})");
  EXPECT_TRUE(done.ok);
  EXPECT_EQ(done.what, "EditPerson");
  EXPECT_EQ(done.message, "ID:localhost-637050272518414388:79346:87:5");
  EXPECT_FALSE(done.persons) << "one person is no list";
  const auto list = read<Answer>(Channel::kAnswer, R"({"messageId":"m","operator":"QueryPerson-Ack",
    "code":200,"info":{"facesluiceId":"1306612","TotalPersonNum":"99","QueryPersonNum":"2",
    "customId":"063c,063d ,","result":"ok"}})");
  EXPECT_EQ(list.persons, (std::vector<std::string>{"063c", "063d"}));
  const auto pushed = read<Answer>(Channel::kAnswer, R"({"messageId":"MSG-ACK-1001",
    "operator":"PushAck-Ack","info":{"facesluiceId":"005a213b000b93cc","result":"ok",
    "PushAckType":"2","SnapOrRecordID":"490805"}})");
  EXPECT_TRUE(pushed.ok);
  const auto refused = read<Answer>(
      Channel::kAnswer,
      "{\"messageId\":\"m\",\"operator\":\"DelPerson-Ack\",\"code\":\"463\",\"info\":{\"result\":"
      "\"fail\",\"detail\":\"no such\\nperson\"}}");
  EXPECT_FALSE(refused.ok);
  EXPECT_EQ(refused.problem, "code 463: no such person");
  EXPECT_FALSE(
      read<Answer>(Channel::kAnswer,
                   R"({"messageId":"m","operator":"x-Ack","code":"461","info":{"result":"ok"}})")
          .ok);
}

TEST(TerminalCodec, WhatBelongsOnAnotherTopicIsNotUnderstood) {
  for (const Channel channel :
       {Channel::kShared, Channel::kAnswer, Channel::kSnapshot, Channel::kQr})
    EXPECT_EQ(read<Unknown>(channel, kCaptured).operation, "RecPush");
  EXPECT_EQ(read<Unknown>(Channel::kRecord, R"({"operator":"Offline","info":{"facesluiceId":"1"}})")
                .operation,
            "Offline");
  EXPECT_EQ(
      read<Unknown>(Channel::kRecord, R"({"operator":"FireSmokeSnapPush","info":{}})").operation,
      "FireSmokeSnapPush");
}

TEST(TerminalCodec, WhatIsNoMessageIsAnErrorThatShowsNoValue) {
  const std::pair<Channel, std::string_view> bad[] = {
      {Channel::kRecord, ""},
      {Channel::kRecord, "[]"},
      {Channel::kRecord, "{"},
      {Channel::kRecord, R"({"info":{"RecordID":"1"}})"},
      {Channel::kRecord, R"({"operator":["RecPush"]})"},
      {Channel::kAnswer, R"({"operator":"EditPerson-Ack","info":{"result":"ok"}})"},
      {Channel::kShared, R"({"operator":"HeartBeat","info":{}})"},
      {Channel::kQr, R"({"operator":"QRCodePush","info":{"time":"secret"}})"},
  };
  for (const auto& [channel, payload] : bad) {
    const auto message = decode(channel, payload);
    ASSERT_FALSE(message.has_value()) << payload;
    EXPECT_EQ(message.error().what.find("secret"), std::string::npos);
  }
}

TEST(TerminalCodec, MembersOfTheWrongTypeAreAsIfTheyWereNotThere) {
  const auto record = read<Record>(Channel::kRecord, R"({"operator":"RecPush","info":{
    "customId":{"a":1},"RecordID":[1],"VerifyStatus":true,"time":17,"RFIDCard":null}})");
  EXPECT_EQ(record.id, "");
  EXPECT_EQ(record.person, "");
  EXPECT_EQ(record.verdict, Verdict::kNone);
  EXPECT_FALSE(record.time_ms);
}

TEST(TerminalCodec, APictureOfAMegabyteIsReadPast) {
  const std::string payload = R"({"operator":"RecPush","info":{"RecordID":"1","pic":")" +
                              std::string(1024 * 1024, 'A') + R"("}})";
  EXPECT_EQ(read<Record>(Channel::kRecord, payload).id, "1");
  EXPECT_LT(masked(payload).size(), 200U);
}

TEST(TerminalCodec, WhatIsShownNamesNobodyAndOpensNothing) {
  const std::string shown = masked(R"({"operator":"RecPush","info":{"customId":"p1","RecordID":"7",
    "personName":"secret1","telnum":"secret2","RFIDCard":"secret3","szQrCodeData":"secret4",
    "idCard":"secret5","List":[{"name":"secret6"}],"deep":{"x":"secret7"},"pic":"secret8"},
    "pic":"secret9"})");
  EXPECT_EQ(shown.find("secret"), std::string::npos) << shown;
  EXPECT_NE(shown.find("RecPush"), std::string::npos);
  EXPECT_NE(shown.find("\"7\""), std::string::npos);
  EXPECT_EQ(masked("secret"), R"({"unreadable_bytes":6})");
}

TEST(TerminalCodec, TimesAreChinasWallClock) {
  EXPECT_EQ(time_text(1'763'856'062'000), "2025-11-23 08:01:02");
  EXPECT_EQ(parse_time("2025-11-23 08:01:02"), 1'763'856'062'000);
  for (const char* bad :
       {"", "2025-11-23", "2025-11-23 08:01", "2025-13-23 08:01:02", "2025-11-23 24:00:00",
        "2025-11-23 08:61:02", "2025-11-23 08:01:0x", "2025-11-23 08:01:02Z"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

domain::TerminalModel with_cards(int bits, int base) {
  domain::TerminalModel model;
  model.card_bits = bits;
  model.card_base = base;
  return model;
}

// Numbers of the design text: 12345678 as W34, facility 100 card 20000 as W26.
TEST(TerminalCodec, CardsGoFromBitsToNumbersAndBack) {
  EXPECT_EQ(card_number(with_cards(34, 10), "805e30a700", 34), "12345678");
  EXPECT_EQ(card_bits(with_cards(34, 10), "12345678")->hex.reveal(), "805e30a700");
  EXPECT_EQ(card_number(with_cards(26, 10), "32271040", 26), "6573600");
  EXPECT_EQ(card_bits(with_cards(26, 16), "644E20")->hex.reveal(), "32271040");
  EXPECT_EQ(card_number(with_cards(34, 16), "805e30a700", 34), "BC614E");
}

TEST(TerminalCodec, CardsOfAnotherFormHaveNoNumber) {
  EXPECT_FALSE(card_number(with_cards(34, 10), "32271040", 26));
  EXPECT_FALSE(card_number(with_cards(0, 10), "32271040", 26));
  EXPECT_FALSE(card_number(with_cards(26, 10), "b2271040", 26)) << "its parity is wrong";
  EXPECT_FALSE(card_bits(with_cards(26, 10), "16777216"));
  EXPECT_FALSE(card_bits(with_cards(26, 10), "12x"));
  EXPECT_FALSE(card_bits(with_cards(0, 10), "12"));
  EXPECT_FALSE(card_bits(with_cards(34, 10), ""));
}

TEST(TerminalCodec, ATemplateTakesValuesAndLeavesOutWhatThereIsNoneOf) {
  const Blanks blanks{{"person", "p1"}, {"limited", 1}, {"id", "t1"}};
  const auto filled = fill(
      R"({"a":"{person}","b":"{limited}","c":{"d":"{card}","e":"https://x/{id}/{person}.jpg"},"f":"x{card}","g":7})",
      blanks);
  ASSERT_TRUE(filled.has_value());
  EXPECT_EQ(base::parse_json(*filled).value(),
            base::parse_json(R"({"a":"p1","b":1,"c":{"e":"https://x/t1/p1.jpg"},"g":7})").value());
  EXPECT_FALSE(fill("[]", blanks).has_value());
}

TEST(TerminalCodec, AValueWithBracesIsNotFilledAgain) {
  const auto filled = fill(R"({"a":"x{person}y"})", {{"person", "{card}"}, {"card", "secret"}});
  EXPECT_EQ(base::parse_json(*filled).value(), base::parse_json(R"({"a":"x{card}y"})").value());
}

}  // namespace
}  // namespace linli::drivers::terminal
