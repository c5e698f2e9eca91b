using Router.Tests.Configuration;
using Router.Users;

namespace Router.Tests.Users;

public class MentionsTests
{
    private const string Rule = "source: [\"user:tony\", \"user:ann\", \"group:staff\", \"group:night\"]\ndestination: [internet]\naction: allow";

    private static readonly Accounts s_accounts = new([new Account { Name = "Tony", Groups = ["Staff"] }]);

    [Fact]
    public void Names_that_nobody_has_are_told_once_where_they_stand() =>
        Assert.Equal(
        [
            "f.yaml:11:27: warning: there is no user `ann` in /etc/routerd/users.yaml; add it with `routerctl user add ann`, or mend the name",
            "f.yaml:11:54: warning: nobody in /etc/routerd/users.yaml is in the group `night`; add one with `routerctl user add NAME --group night`, or mend the name",
        ], Mentions.Unknown(Loading.Sound(Loading.WithRule(Rule)), s_accounts).Select(warning => warning.ToString()));

    [Fact]
    public void A_group_of_addresses_that_is_written_as_one_of_users_is_told_as_that()
    {
        string text = Loading.WithRule("source: [\"group:printers\", trusted]\ndestination: [\"Group:STAFF\"]\naction: allow", "groups: { Printers: [10.0.5.0/24], staff: [10.0.6.0/24] }\n");
        Assert.Equal(
            "f.yaml:12:14: warning: `group:printers` means users, and nobody in /etc/routerd/users.yaml is in such a group: the addresses of the group `Printers` are not meant by it; "
            + "write `Printers` for the addresses, or add a user with `routerctl user add NAME --group printers`",
            Assert.Single(Mentions.Unknown(Loading.Sound(text), s_accounts)).ToString());
        // The address group and users of that name: the users are meant, and there are some.
        Assert.Empty(Mentions.Unknown(Loading.Sound(text), new Accounts([new Account { Name = "Tony", Groups = ["Staff", "printers"] }])));
        Assert.Empty(Mentions.Unknown(Loading.Sound(text.Replace("\"group:printers\"", "printers", StringComparison.Ordinal)), s_accounts));
    }

    [Fact]
    public void Web_rules_speak_of_users_too_and_never_of_addresses() =>
        Assert.Equal(
        [
            "f.yaml:11:62: warning: there is no user `ann` in /etc/routerd/users.yaml; add it with `routerctl user add ann`, or mend the name",
            "f.yaml:11:67: warning: nobody in /etc/routerd/users.yaml is in the group `printers`; add one with `routerctl user add NAME --group printers`, or mend the name",
        ], Mentions.Unknown(Loading.Sound(Loading.Base + "groups: { printers: [10.0.5.0/24] }\nweb_rules:\n"
            + "  - { name: w, url: example.net, action: deny, users: [tony, ann, \"group:Printers\", \"group:staff\"] }\n"), s_accounts).Select(warning => warning.ToString()));

    [Fact]
    public void With_a_directory_nobody_knows_who_is_missing() =>
        Assert.Empty(Mentions.Unknown(Loading.Sound(Loading.WithRule(Rule, "users: { directory: { url: ldaps://dc1.example.com, base: \"dc=example\" } }\n")), s_accounts));
}
