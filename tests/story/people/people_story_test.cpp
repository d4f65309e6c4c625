#include "tests/story/people/estate.hpp"

namespace linli::story {
namespace {

core::By bound_to(const std::string& place) {
  return {"person:p-bound", "p-bound", {place}};
}

TEST_F(Estate, AnInvitationIsGoodOnceForThreeDays) {
  claimed();
  const auto offer = invite(Role::kOnCall).value();
  const auto wang = accept(offer.code, "wang");
  ASSERT_TRUE(wang.has_value());
  EXPECT_EQ(wang->session.actor.role, Role::kOnCall);
  EXPECT_EQ(accept(offer.code, "zhang").error().kind, RefusalKind::kGone);
  const auto late = invite(Role::kOnCall).value();
  loop.run_for(hours(72));
  EXPECT_EQ(accept(late.code, "zhang").error().kind, RefusalKind::kGone);
}

TEST_F(Estate, TwoWhoAcceptAtTheSameTimeAreOnePerson) {
  claimed();
  const auto offer = invite(Role::kViewer).value();
  int in = 0;
  for (const char* login : {"wang", "zhang"}) {
    core::AcceptForm form{offer.code, "Somebody", login, SecretText(kPassword)};
    accounts->accept_invitation(form, {"192.0.2.7", ""},
                                [&in](const auto& outcome) { in += outcome ? 1 : 0; });
  }
  loop.run_ready();
  EXPECT_EQ(in, 1);
  EXPECT_EQ(store.rows(ports::Space::kPerson).size(), 2U);
}

TEST_F(Estate, InvitationsOutliveARestartAndCannotBeReadInTheDatabase) {
  claimed();
  const auto offer = invite(Role::kViewer).value();
  for (const auto& [id, row] : store.rows(ports::Space::kInvitation)) {
    EXPECT_EQ(row.find(offer.code.reveal()), std::string::npos);
    EXPECT_EQ(id, offer.id);
  }
  crash_and_restart();
  EXPECT_TRUE(accept(offer.code, "wang").has_value());
}

TEST_F(Estate, CodesCannotBeTriedOneAfterTheOther) {
  claimed();
  const auto offer = invite(Role::kViewer).value();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(accept(SecretText("222222222" + std::to_string(2 + i)), "wang").error().kind,
              RefusalKind::kGone);
  EXPECT_EQ(accept(offer.code, "wang").error().kind, RefusalKind::kLockedOut);
  loop.run_for(seconds(30));
  EXPECT_TRUE(accept(offer.code, "wang").has_value());
}

TEST_F(Estate, ConsoleRolesNeedALoginThatIsFreeAndResidentsNone) {
  claimed();
  const auto offer = invite(Role::kInstaller).value();
  EXPECT_EQ(accept(offer.code, "").error().field, "login");
  EXPECT_EQ(accept(offer.code, "mei").error().kind, RefusalKind::kConflict);
  EXPECT_EQ(accept(offer.code, "No Login").error().field, "login");
  EXPECT_TRUE(accept(offer.code, "wang").has_value());
  const auto home = resident("3-2-501");
  EXPECT_TRUE(home.session.login.empty());
  EXPECT_EQ(invite(Role::kResident).error().field, "places");
}

TEST_F(Estate, AResidentOfTheHouseholdBookIsTheSamePersonHere) {
  claimed();
  const auto first = accept(invite_resident("ann")->code, "").value();
  EXPECT_EQ(actor(first).person, "ann");
  EXPECT_EQ(actor(first).places, std::vector<std::string>{"3-2-501"});
  crash_and_restart();
  const auto second = accept(invite_resident("ann")->code, "").value();
  EXPECT_EQ(actor(second).person, "ann") << "a new phone, not a new person";
  EXPECT_TRUE(is_in(first));
  EXPECT_EQ(store.rows(ports::Space::kPerson).size(), 2U);
}

TEST_F(Estate, AnInvitationForAResidentOutlivesARestartAndOnlyTheNewestIsGood) {
  claimed();
  const auto old = invite_resident("ann").value();
  const auto latest = invite_resident("ann").value();
  crash_and_restart();
  EXPECT_EQ(accept(old.code, "").error().kind, RefusalKind::kGone);
  EXPECT_EQ(actor(accept(latest.code, "").value()).person, "ann");
}

TEST_F(Estate, AnIdOfTheHouseholdBookNeverOpensAnAccountOfTheConsole) {
  const std::string manager = actor(claimed()).person;
  EXPECT_EQ(invite_resident(manager).error().kind, RefusalKind::kConflict);
  EXPECT_EQ(invite_resident("no id").error().field, "resident");
}

TEST_F(Estate, WhoMovesOutLosesTheAccountAndTheInvitationsForIt) {
  claimed();
  const auto in = accept(invite_resident("ann")->code, "").value();
  const auto open = invite_resident("ann").value();
  const auto end = [&] {
    return run<void>(
        [&](auto done) { accounts->end_resident(core::by_local(0), "ann", std::move(done)); });
  };
  EXPECT_TRUE(end().has_value());
  EXPECT_FALSE(is_in(in));
  EXPECT_EQ(accept(open.code, "").error().kind, RefusalKind::kGone);
  EXPECT_TRUE(end().has_value()) << "once more is no harm";
  crash_and_restart();
  EXPECT_EQ(store.rows(ports::Space::kPerson).size(), 1U);
}

TEST_F(Estate, TheLastManagerCannotBeRemovedOrDemotedOrBoundToAPlace) {
  const auto mei = claimed();
  const std::string id = actor(mei).person;
  const auto change = [&](core::PersonChange what) {
    return run<core::PersonView>([&](auto done) {
      accounts->change_person(core::by_local(0), id, std::move(what), std::move(done));
    });
  };
  const auto remove = [&](const std::string& who) {
    return run<void>(
        [&](auto done) { accounts->remove_person(core::by_local(0), who, std::move(done)); });
  };
  core::PersonChange demoted;
  demoted.role = Role::kViewer;
  core::PersonChange bound;
  bound.places = std::vector<std::string>{"b3"};
  EXPECT_EQ(change(demoted).error().kind, RefusalKind::kConflict);
  EXPECT_EQ(change(bound).error().kind, RefusalKind::kConflict);
  EXPECT_EQ(remove(id).error().kind, RefusalKind::kConflict);
  person(Role::kManager, "boss", {"b3"});
  EXPECT_EQ(remove(id).error().kind, RefusalKind::kConflict) << "one of a building is not enough";
  person(Role::kManager, "wang");
  EXPECT_TRUE(change(demoted).has_value());
  EXPECT_FALSE(accounts->still_stands(mei.session.actor));
  EXPECT_TRUE(remove(id));
  EXPECT_FALSE(is_in(mei));
}

TEST_F(Estate, TwoManagersCannotRemoveEachOtherAtTheSameTime) {
  const auto mei = claimed();
  const auto wang = person(Role::kManager, "wang");
  int removed = 0;
  for (const auto& [by, other] : {std::pair(&mei, &wang), std::pair(&wang, &mei)}) {
    accounts->remove_person(core::by(actor(*by)), actor(*other).person,
                            [&removed](const auto& done) { removed += done ? 1 : 0; });
  }
  loop.run_ready();
  EXPECT_EQ(removed, 1);
  EXPECT_TRUE(accounts->is_claimed());
}

TEST_F(Estate, WhoIsRemovedIsGoneWithSessionsTokensAndCodes) {
  claimed();
  const auto wang = person(Role::kInstaller, "wang");
  const core::Actor who = actor(wang);
  const auto token =
      run<core::TokenOffer>([&](auto done) {
        accounts->create_token(who, {"script", {Privilege::kViewSite}, 3'600}, std::move(done));
      }).value();
  const auto recovery = run<core::CodeOffer>([&](auto done) {
                          accounts->offer_recovery(core::by_local(0), who.person, std::move(done));
                        }).value();
  EXPECT_TRUE(run<void>(
      [&](auto done) { accounts->remove_person(core::by_local(0), who.person, std::move(done)); }));
  EXPECT_FALSE(is_in(wang));
  EXPECT_FALSE(admit(token).has_value());
  EXPECT_TRUE(store.rows(ports::Space::kToken).empty());
  EXPECT_TRUE(store.rows(ports::Space::kInvitation).empty());
  EXPECT_EQ(store.rows(ports::Space::kSession).size(), 1U);
  EXPECT_EQ(run<core::Entry>([&](auto done) {
              accounts->recover(recovery.code, SecretText("a new one please"), {}, std::move(done));
            })
                .error()
                .kind,
            RefusalKind::kGone);
}

TEST_F(Estate, RecoverySetsThePasswordDropsTheFactorAndEndsAllSessions) {
  const auto mei = claimed();
  second_factor(mei);
  const auto offer = [&] {
    return run<core::CodeOffer>([&](auto done) {
             accounts->offer_recovery(core::by_local(0), mei.session.actor.person, std::move(done));
           })
        .value();
  };
  const auto first = offer();
  const auto newest = offer();
  const auto recover = [&](const SecretText& code, const std::string& password) {
    return run<core::Entry>([&](auto done) {
      accounts->recover(code, SecretText(password), {"192.0.2.9", ""}, std::move(done));
    });
  };
  EXPECT_EQ(recover(first.code, "a new one please").error().kind, RefusalKind::kGone);
  EXPECT_EQ(recover(newest.code, "mei").error().kind, RefusalKind::kInvalid);
  EXPECT_EQ(accept(newest.code, "wang").error().kind, RefusalKind::kGone) << "it makes nobody new";
  const auto back = recover(newest.code, "a new one please");
  ASSERT_TRUE(back.has_value());
  EXPECT_FALSE(is_in(mei));
  EXPECT_TRUE(is_in(*back));
  EXPECT_TRUE(sign_in("mei", "a new one please").has_value());
  EXPECT_EQ(recover(newest.code, "once more please").error().kind, RefusalKind::kGone);
}

TEST_F(Estate, WhoIsBoundToAPlaceSeesAndGivesNoMore) {
  claimed();
  const auto wang = person(Role::kOnCall, "wang", {"3-2"});
  const auto zhang = person(Role::kOnCall, "zhang", {"b4"});
  const core::By by = bound_to("b3");
  std::vector<std::string> logins;
  for (const auto& view : accounts->people(by)) logins.push_back(view.login);
  EXPECT_EQ(logins, std::vector<std::string>{"wang"});
  EXPECT_FALSE(accounts->person(by, actor(zhang).person).has_value());
  EXPECT_EQ(run<void>([&](auto done) {
              accounts->remove_person(by, actor(zhang).person, std::move(done));
            })
                .error()
                .kind,
            RefusalKind::kNotFound);
  EXPECT_EQ(invite(Role::kManager, {}, by).error().kind, RefusalKind::kDenied);
  EXPECT_EQ(invite(Role::kViewer, {"b4"}, by).error().kind, RefusalKind::kDenied);
  EXPECT_TRUE(invite(Role::kViewer, {"3-2-501"}, by).has_value());
  core::PersonChange wider;
  wider.places = std::vector<std::string>{"site"};
  EXPECT_EQ(run<core::PersonView>([&](auto done) {
              accounts->change_person(by, actor(wang).person, wider, std::move(done));
            })
                .error()
                .kind,
            RefusalKind::kDenied);
}

TEST_F(Estate, InvitationsStandAmongThePeopleAndCanBeTakenBack) {
  claimed();
  const auto offer = invite(Role::kViewer).value();
  const auto invited = accounts->people(core::by_local(0));
  ASSERT_EQ(invited.size(), 2U);
  EXPECT_TRUE(invited[1].is_invited);
  EXPECT_TRUE(run<void>(
      [&](auto done) { accounts->remove_person(core::by_local(0), offer.id, std::move(done)); }));
  EXPECT_EQ(accept(offer.code, "wang").error().kind, RefusalKind::kGone);
}

TEST_F(Estate, AResidentBecomesNoStaffWithoutALogin) {
  claimed();
  const auto home = resident("3-2-501");
  core::PersonChange promoted;
  promoted.role = Role::kViewer;
  EXPECT_EQ(run<core::PersonView>([&](auto done) {
              accounts->change_person(core::by_local(0), actor(home).person, promoted,
                                      std::move(done));
            })
                .error()
                .field,
            "role");
}

TEST_F(Estate, ATokenDoesWhatItsScopeAndItsMakerMayAndNoLonger) {
  claimed();
  const auto wang = person(Role::kInstaller, "wang", {"b3"});
  const auto make = [&](std::vector<Privilege> scope, std::int64_t ttl_s) {
    return run<core::TokenOffer>([&](auto done) {
      accounts->create_token(actor(wang), {"script", std::move(scope), ttl_s}, std::move(done));
    });
  };
  EXPECT_EQ(make({Privilege::kManagePeople}, 3'600).error().kind, RefusalKind::kDenied);
  EXPECT_EQ(make({}, 3'600).error().field, "scope");
  EXPECT_EQ(make({Privilege::kViewSite}, 3'599).error().field, "ttl_s");
  EXPECT_EQ(make({Privilege::kViewSite}, 31'536'001).error().field, "ttl_s");
  const auto token = make({Privilege::kViewSite, Privilege::kOperateDevices}, 7'200).value();
  EXPECT_TRUE(token.token.reveal().starts_with("linli_"));
  const core::Actor who = admit(token).value();
  EXPECT_TRUE(core::may(who, Privilege::kOperateDevices));
  EXPECT_FALSE(core::may(who, Privilege::kViewSystem));
  EXPECT_EQ(who.places, std::vector<std::string>{"b3"});
  core::PersonChange demoted;
  demoted.role = Role::kViewer;
  EXPECT_TRUE(run<core::PersonView>([&](auto done) {
    accounts->change_person(core::by_local(0), who.person, demoted, std::move(done));
  }));
  EXPECT_FALSE(core::may(admit(token).value(), Privilege::kOperateDevices));
  EXPECT_EQ(run<core::TokenOffer>([&](auto done) {
              accounts->create_token(who, {"more", {Privilege::kViewSite}, 3'600}, std::move(done));
            })
                .error()
                .kind,
            RefusalKind::kDenied)
      << "a token makes no tokens";
  loop.run_for(hours(2));
  EXPECT_EQ(admit(token).error().kind, RefusalKind::kUnauthenticated);
}

TEST_F(Estate, ATokenOfRootIsGoodUntilItIsRevokedAndOverRestarts) {
  const auto token =
      run<core::TokenOffer>([&](auto done) {
        accounts->create_local_token(core::by_local(0),
                                     {"scrape", {Privilege::kViewSystem}, 86'400}, std::move(done));
      }).value();
  crash_and_restart();
  EXPECT_EQ(core::issuer_of(admit(token).value()), "token:" + token.view.id);
  EXPECT_TRUE(accounts->all_tokens().at(0).last_used_at.has_value());
  EXPECT_TRUE(run<void>([&](auto done) {
    accounts->remove_any_token(core::by_local(0), token.view.id, std::move(done));
  }));
  EXPECT_FALSE(admit(token).has_value());
}

TEST_F(Estate, ATokenIsNoGoodWhileNobodyKnowsHowOldItIs) {
  const auto token =
      run<core::TokenOffer>([&](auto done) {
        accounts->create_local_token(core::by_local(0), {"scrape", {Privilege::kViewSystem}, 3'600},
                                     std::move(done));
      }).value();
  reboot(domain::TimeQuality::kFloor);
  EXPECT_FALSE(admit(token).has_value());
  clock.quality = domain::TimeQuality::kSynchronised;
  EXPECT_TRUE(admit(token).has_value());
}

TEST_F(Estate, EachChangeHasItsLineInOneChainAndAFailedOneLeavesNoHole) {
  const auto mei = claimed();
  store.fail_next(1, base::Code::kFull);
  EXPECT_EQ(invite(Role::kViewer).error().kind, RefusalKind::kBusy);
  const auto wang = person(Role::kViewer, "wang");
  EXPECT_TRUE(run<void>([&](auto done) {
    accounts->end_sessions_of(core::by(actor(mei)), actor(wang).person, std::move(done));
  }));
  EXPECT_EQ(actions(), (std::vector<std::string>{"claim.offer", "gateway.claim", "session.begin",
                                                 "person.invite", "person.join", "session.begin",
                                                 "session.end_all"}));
  domain::AuditCheck check(&tls::sha256);
  for (const domain::AuditRow& row : store.audit()) ASSERT_TRUE(check.take(row));
  EXPECT_EQ(check.last(), 7U);
}

TEST_F(Estate, AChangeThatCannotBeStoredDidNotHappen) {
  claimed();
  const auto wang = person(Role::kOnCall, "wang");
  store.fail_next(1, base::Code::kInternal);
  EXPECT_EQ(run<void>([&](auto done) {
              accounts->remove_person(core::by_local(0), wang.session.actor.person,
                                      std::move(done));
            })
                .error()
                .kind,
            RefusalKind::kBusy);
  EXPECT_TRUE(is_in(wang));
}

}  // namespace
}  // namespace linli::story
