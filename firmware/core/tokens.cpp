#include "firmware/core/tokens.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/account_rows.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxText = 1024;

std::vector<domain::Privilege> read_scope(base::JsonReader& in) {
  std::vector<domain::Privilege> scope;
  for (const std::string& word : read_texts(in, "scope")) {
    if (const auto privilege = domain::privilege_of(word)) {
      scope.push_back(*privilege);
    } else {
      in.reject("scope", "names a privilege that we do not know");
    }
  }
  return scope;
}

}  // namespace

std::string to_row(const Token& token) {
  std::vector<std::string> scope;
  for (const domain::Privilege privilege : token.scope) scope.emplace_back(domain::name(privilege));
  return base::dump_json({{"person", token.person},
                          {"name", token.name},
                          {"digest", base::to_hex(token.digest)},
                          {"scope", scope},
                          {"ttl_ms", token.ttl_ms},
                          {"life", to_text(token.life)},
                          {"was_used", token.was_used}});
}

base::Result<Token> token_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  Token token;
  token.id = id;
  token.person = in.text("person", kMaxText);
  token.name = in.text("name", kMaxText);
  token.digest = read_hex(in, "digest");
  token.scope = read_scope(in);
  token.ttl_ms = in.integer("ttl_ms", {.min = 0});
  token.life = read_life(in);
  token.was_used = in.boolean("was_used");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return token;
}

LifetimeRule token_rule(const Token& token) {
  return {.absolute_ms = token.ttl_ms};
}

const Token* Tokens::find(std::string_view id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : &found->second;
}

Token* Tokens::by_digest(std::string_view digest) {
  const auto id = digests_.find(digest);
  if (id == digests_.end()) return nullptr;
  const auto found = tokens_.find(id->second);
  return found == tokens_.end() ? nullptr : &found->second;
}

void Tokens::put(Token token) {
  remove(token.id);
  digests_[token.digest] = token.id;
  std::string id = token.id;
  tokens_.insert_or_assign(std::move(id), std::move(token));
}

void Tokens::remove(const std::string& id) {
  const auto found = tokens_.find(id);
  if (found == tokens_.end()) return;
  digests_.erase(found->second.digest);
  tokens_.erase(found);
}

std::vector<const Token*> Tokens::of(std::string_view person) const {
  std::vector<const Token*> found;
  for (const auto& [id, token] : tokens_) {
    if (token.person == person) found.push_back(&token);
  }
  return found;
}

}  // namespace linli::core
