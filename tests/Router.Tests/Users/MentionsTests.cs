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
    public void With_a_directory_nobody_knows_who_is_missing() =>
        Assert.Empty(Mentions.Unknown(Loading.Sound(Loading.WithRule(Rule, "users: { directory: { url: ldaps://dc1.example.com, base: \"dc=example\" } }\n")), s_accounts));
}
