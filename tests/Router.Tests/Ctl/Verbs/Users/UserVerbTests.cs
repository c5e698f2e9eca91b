using System.Text.Json;
using Router.Api;
using Router.Ctl;
using Router.Tests.Api;
using Router.Tests.Daemon.Control;
using Router.Users;

namespace Router.Tests.Ctl.Verbs.Users;

/// <summary>`routerctl user`: what becomes of the file of accounts, what is asked of routerd, and what is printed.</summary>
public sealed class UserVerbTests : IDisposable
{
    private const string Nowhere = "/nowhere/control.sock";

    private readonly string _folder = Directory.CreateTempSubdirectory("routerctl-user-").FullName;

    private sealed record Outcome(int Code, string Output, string Error);

    private string File => Path.Combine(_folder, "users.yaml");

    private Accounts Accounts => AccountsFile.Read(File).Accounts!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Add_takes_the_password_from_its_input_and_writes_no_more_than_its_hash()
    {
        Outcome added = await RunAsync(Nowhere, "spoken friend\nand more\n", "user", "add", "Tony", "--group", "staff", "--group", "night", "--full-name", "Tony Example", "--administrator", "--stdin", "--file", File);

        Assert.Equal((ExitCode.Ok, $"Tony is in {File}." + Environment.NewLine, ""), (added.Code, added.Output, added.Error));
        Account tony = Assert.Single(Accounts.All);
        Assert.Equal(("Tony", "Tony Example", true, true), (tony.Name, tony.FullName, tony.IsAdministrator, tony.IsEnabled));
        Assert.Equal(["staff", "night"], tony.Groups);
        Assert.Equal(PasswordVerdict.Right, Passwords.Verify("spoken friend", tony.Hash));
        Assert.DoesNotContain("friend", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task Add_refuses_a_name_that_is_there_before_it_asks_for_a_password()
    {
        Give("tony: { groups: [staff] }");
        string before = System.IO.File.ReadAllText(File);
        using var input = new StringReader("secret\n");

        Outcome refused = await RunAsync(Nowhere, input, "user", "add", "TONY", "--stdin", "--file", File);

        Assert.Equal((ExitCode.Bad, ""), (refused.Code, refused.Output));
        Assert.Equal($"routerctl: {File} has a user tony already" + Environment.NewLine, refused.Error);
        Assert.Equal("secret", input.ReadLine());
        Assert.Equal(before, System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData("to:ny", "staff", "'to:ny' cannot name a user or a group: use 1 to 64 letters")]
    [InlineData("to ny", "staff", "'to ny' cannot name")]
    [InlineData("tony", "night shift", "'night shift' cannot name")]
    [InlineData("tony", "", "'' cannot name")]
    public async Task What_cannot_be_a_name_is_refused(string user, string group, string sentence)
    {
        Outcome refused = await RunAsync(Nowhere, "", "user", "add", user, "--group", group, "--no-password", "--file", File);

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains(sentence, refused.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a\0b\n")]
    public async Task A_password_that_cannot_be_one_changes_nothing(string input)
    {
        Give("tony: { full_name: Before }");

        foreach (string[] verb in new[] { new[] { "add", "sam" }, ["passwd", "tony"] })
        {
            Outcome refused = await RunAsync(Nowhere, input, ["user", .. verb, "--stdin", "--file", File]);

            Assert.Equal(ExitCode.Bad, refused.Code);
            Assert.Contains("a password has 1 to", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal("Before", Assert.Single(Accounts.All).FullName);
        Assert.Null(Accounts.Find("tony")!.Hash);
    }

    [Fact]
    public async Task Passwd_changes_the_hash_and_nothing_else()
    {
        Give("tony: { groups: [staff], full_name: Tony Example, administrator: true, enabled: false }", "sam:");

        Outcome changed = await RunAsync(Nowhere, "näher\n", "user", "passwd", "TONY", "--stdin", "--file", File);

        Assert.Equal((ExitCode.Ok, "tony has another password." + Environment.NewLine), (changed.Code, changed.Output));
        Account tony = Accounts.Find("tony")!;
        Assert.Equal(PasswordVerdict.Right, Passwords.Verify("näher", tony.Hash));
        Assert.Equal(("tony", "Tony Example", true, false), (tony.Name, tony.FullName, tony.IsAdministrator, tony.IsEnabled));
        Assert.Equal(["staff"], tony.Groups);
        Assert.Null(Accounts.Find("sam")!.Hash);
    }

    [Fact]
    public async Task Remove_takes_one_out_and_leaves_the_others()
    {
        Give("tony:", "sam: { groups: [night] }");

        Outcome removed = await RunAsync(Nowhere, "", "user", "remove", "Tony", "--file", File), again = await RunAsync(Nowhere, "", "user", "remove", "tony", "--file", File);

        Assert.Equal((ExitCode.Ok, $"Tony is not in {File} any more." + Environment.NewLine), (removed.Code, removed.Output));
        Assert.Equal(["night"], Assert.Single(Accounts.All).Groups);
        Assert.Equal((ExitCode.Bad, $"routerctl: {File} has no user tony" + Environment.NewLine), (again.Code, again.Error));
    }

    [Theory]
    [InlineData("passwd tony --stdin")]
    [InlineData("remove tony")]
    [InlineData("add ann --no-password")]
    [InlineData("list")]
    public async Task A_file_with_errors_is_told_with_their_places_and_left_as_it_is(string verb)
    {
        const string half = "users:\n  tony: { }\n";
        System.IO.File.WriteAllText(File, half);

        Outcome refused = await RunAsync(Nowhere, "secret\n", ["user", .. verb.Split(' '), "--file", File]);

        Assert.Equal((ExitCode.Bad, ""), (refused.Code, refused.Output));
        Assert.Contains($"{File}:2:12: the file ends without `...`", refused.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", refused.Error, StringComparison.Ordinal);
        Assert.Equal(half, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_one_sentence()
    {
        Outcome refused = await RunAsync(Nowhere, "", "user", "add", "tony", "--no-password", "--file", Path.Combine(_folder, "not there", "users.yaml"));

        Assert.Equal(ExitCode.Bad, refused.Code);
        Assert.StartsWith("routerctl: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("not there", Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_the_daemon_s_unless_another_is_named()
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with { Users = () => Samples.Users with { File = File } });

        Outcome added = await RunAsync(server.SocketPath, "", "user", "add", "sam", "--no-password");

        Assert.Equal($"sam is in {File}." + Environment.NewLine, added.Output);
        Assert.Null(Assert.Single(Accounts.All).Hash);
    }

    [Fact]
    public async Task List_shows_accounts_with_what_becomes_of_them_and_the_devices_that_routerd_knows()
    {
        Give("Tony: { groups: [staff, night], full_name: Tony Example, password: \"$6$abcdefgh$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh\" }", "root: { administrator: true }", "sam: { enabled: false }");
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome live = await RunAsync(server.SocketPath, "", "user", "list", "--file", File), alone = await RunAsync(Nowhere, "", "user", "list", "--file", File);
        Outcome json = await RunAsync(server.SocketPath, "", "user", "list", "--file", File, "--json");

        Assert.Equal((ExitCode.Ok, ""), (live.Code, live.Error));
        Assert.Equal(["USER NAME GROUPS PASSWORD RIGHTS DEVICES", "Tony Tony Example staff, night old user 1", "root - - none administrator 0", "sam - - none switched off 0"], Rows(live));
        Assert.Equal(["Tony Tony Example staff, night old user -", "root - - none administrator -", "sam - - none switched off -"], Rows(alone)[1..]);
        IReadOnlyList<AccountReport> told = JsonSerializer.Deserialize(json.Output, ControlJson.Wire.IReadOnlyListAccountReport)!;
        Assert.Equal([("Tony", "old", true, 1), ("root", "none", true, 0), ("sam", "none", false, 0)], told.Select(one => (one.Name, one.Password, one.IsEnabled, one.Devices ?? -1)));
        Assert.DoesNotContain("$6$", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_accounts_says_so() =>
        Assert.Equal((ExitCode.Ok, "There are no accounts." + Environment.NewLine), await CodeAndOutputAsync(RunAsync(Nowhere, "", "user", "list", "--file", File)));

    [Fact]
    public async Task Who_logs_in_where_is_passed_on_and_a_refusal_is_a_bad_answer()
    {
        LoginQuery? asked = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Login = query => { asked = query; return RunningServer.Sample.Login(query); },
        });

        Assert.Equal((ExitCode.Ok, "Logged in." + Environment.NewLine), await CodeAndOutputAsync(RunAsync(server.SocketPath, "", "user", "login", "tony", "2001:db8::7")));
        Assert.Equal(new LoginQuery { User = "tony", Address = "2001:db8::7" }, asked);
        Assert.Equal((ExitCode.Bad, "Refused: there is no account." + Environment.NewLine), await CodeAndOutputAsync(RunAsync(server.SocketPath, "", "user", "login", "ann", "10.0.0.7")));
        Assert.Equal(ExitCode.Unreachable, (await RunAsync(Nowhere, "", "user", "login", "tony", "10.0.0.7")).Code);
    }

    [Theory]
    [InlineData("tony", "tony", null)]
    [InlineData("10.0.0.7", null, "10.0.0.7")]
    [InlineData("2001:db8::7", null, "2001:db8::7")]
    // Names that look like numbers are names: an address has dots or colons.
    [InlineData("7", "7", null)]
    [InlineData("tony.example", "tony.example", null)]
    public async Task A_logout_is_of_a_user_or_of_an_address(string whom, string? user, string? address)
    {
        LoginQuery? asked = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Logout = query => { asked = query; return new LoginChange { Logins = user is null ? 1 : 2 }; },
        });

        Outcome ended = await RunAsync(server.SocketPath, "", "user", "logout", whom);

        Assert.Equal(new LoginQuery { User = user, Address = address }, asked);
        Assert.Equal((ExitCode.Ok, (user is null ? "1 login was ended." : "2 logins were ended.") + Environment.NewLine), (ended.Code, ended.Output));
    }

    [Fact]
    public async Task A_logout_of_nobody_is_a_bad_answer()
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with { Logout = _ => new LoginChange { Logins = 0, Refusal = "nobody is logged in there" } });

        Assert.Equal((ExitCode.Bad, "Nothing ended: nobody is logged in there." + Environment.NewLine), await CodeAndOutputAsync(RunAsync(server.SocketPath, "", "user", "logout", "10.0.0.9")));
    }

    private void Give(params string[] accounts) => System.IO.File.WriteAllText(File, $"users:\n{string.Concat(accounts.Select(account => $"  {account}\n"))}...\n");

    // Columns are apart by two spaces at least.
    private static string[] Rows(Outcome outcome) =>
        [.. outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    private static async Task<(int, string)> CodeAndOutputAsync(Task<Outcome> run)
    {
        Outcome outcome = await run;
        return (outcome.Code, outcome.Output);
    }

    private static async Task<Outcome> RunAsync(string socket, string input, params string[] words)
    {
        using var reader = new StringReader(input);
        return await RunAsync(socket, reader, words);
    }

    // Nobody but these tests reads the standard input, and they run one after the other.
    private static async Task<Outcome> RunAsync(string socket, TextReader input, params string[] words)
    {
        TextReader before = Console.In;
        Console.SetIn(input);
        try
        {
            using StringWriter output = new(), error = new();
            int code = await CommandLine.RunAsync([.. words, "--socket", socket], output, error);
            return new Outcome(code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetIn(before);
        }
    }
}
