using Router.Users;

namespace Router.Tests.Users;

/// <summary>users.yaml: read with places of errors, changed whole or not at all.</summary>
public sealed class AccountsFileTests : IDisposable
{
    private const string Hash = "$y$jAT$abcdefghijklmnopqrstuv$abcdefghijklmnopqrstuvwxyz0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("users").FullName;

    private string File => Path.Combine(_folder, "users.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static AccountsRead Read(string text) => AccountsFile.ReadText("users.yaml", System.Text.Encoding.UTF8.GetBytes(text));

    private static string Fault(string text)
    {
        AccountsRead read = Read(text);
        Assert.Null(read.Accounts);
        return Assert.Single(read.Errors).ToString();
    }

    [Fact]
    public void Accounts_are_found_by_name_whatever_its_case()
    {
        Accounts accounts = Read($"users:\n  Tony: {{ password: \"{Hash}\", groups: [Staff, night], full_name: Tony E. }}\n  sam:\n  root: {{ administrator: true, enabled: false }}\n...\n").Accounts!;
        Assert.Equal(3, accounts.All.Count);
        Account tony = accounts.Find("TONY")!;
        Assert.Equal(("Tony", Hash, "Tony E.", false, true), (tony.Name, tony.Hash, tony.FullName, tony.IsAdministrator, tony.IsEnabled));
        Assert.Equal(["Staff", "night"], tony.Groups);
        Assert.Null(accounts.Find("sam")!.Hash);
        Assert.Equal((true, false), (accounts.Find("root")!.IsAdministrator, accounts.Find("root")!.IsEnabled));
        Assert.True(accounts.HasGroup("staff"));
        Assert.False(accounts.HasGroup("day"));
    }

    [Theory]
    [InlineData("users:\n  tony: { }\n", "users.yaml:2:12: the file ends without `...`, so it may be half written; write `...` as its last line once it is whole")]
    [InlineData("users:\n  tony: { grups: [a] }\n...\n", "users.yaml:2:11: unknown key `grups`; write `groups`")]
    [InlineData("users:\n  tony: {}\n  TONY: {}\n...\n", "users.yaml:3:3: `TONY` is written twice, first at users.yaml:2:3; keep one of the two (capital letters make no difference)")]
    [InlineData("users:\n  \"to ny\": {}\n...\n", "users.yaml:2:3: this cannot name a user; use 1 to 64 letters, digits and . _ - @ +, and not - in front")]
    [InlineData("users:\n  tony: { groups: [a, A] }\n...\n", "users.yaml:2:23: group `A` is named twice; name each group once")]
    [InlineData("users:\n  tony: { enabled: perhaps }\n...\n", "users.yaml:2:20: `perhaps` is neither true nor false; write `true` or `false`")]
    public void What_is_wrong_is_told_with_its_place(string text, string fault) => Assert.Equal(fault, Fault(text));

    [Fact]
    public void A_password_that_was_written_as_it_is_is_not_repeated()
    {
        string fault = Fault("users:\n  tony: { password: hunter2hunter2 }\n...\n");
        Assert.StartsWith("users.yaml:2:21: this is not the hash of a password", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_beginning_of_a_file_is_refused()
    {
        string whole = AccountsWriter.Write(new Accounts([new Account { Name = "tony", Hash = Hash, Groups = ["staff"] }, new Account { Name = "sam" }]));
        Assert.NotNull(Read(whole).Accounts);
        for (int length = 0; length < whole.Length - 1; length++) Assert.Null(Read(whole[..length]).Accounts);
    }

    [Fact]
    public void What_is_written_is_read_as_the_same()
    {
        var accounts = new Accounts(
        [
            new Account { Name = "tony", Hash = Hash, Groups = ["staff", "no", "42"], FullName = "Tony \"T\" \\ Example: # {x}" },
            new Account { Name = "null" },
            new Account { Name = "Jörg@example.org", IsAdministrator = true, IsEnabled = false },
            new Account { Name = "007" },
        ]);
        AccountsFile.Change(File, _ => accounts);
        Accounts read = AccountsFile.Read(File).Accounts!;
        Assert.Equal(accounts.All.Select(one => one with { Groups = [] }), read.All.Select(one => one with { Groups = [] }));
        Assert.Equal(accounts.All[0].Groups, read.All[0].Groups);
    }

    [Fact]
    public void A_change_keeps_the_mode_and_follows_links()
    {
        AccountsFile.Change(File, there => there.With(new Account { Name = "tony" }));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, System.IO.File.GetUnixFileMode(File));
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        string link = Path.Combine(_folder, "link.yaml");
        System.IO.File.CreateSymbolicLink(link, File);
        AccountsFile.Change(link, there => there.With(new Account { Name = "TONY", FullName = "T" }).With(new Account { Name = "sam" }));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, System.IO.File.GetUnixFileMode(File));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(["TONY", "sam"], AccountsFile.Read(File).Accounts!.All.Select(one => one.Name));
        Assert.Equal(["link.yaml", "users.yaml"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Two_who_change_at_once_do_not_undo_each_other()
    {
        AccountsFile.Change(File, there => there.With(new Account { Name = "tony" }));
        Assert.ThrowsAny<IOException>(() => AccountsFile.Change(File, there =>
        {
            // One who does not take turns: an editor.
            System.IO.File.WriteAllText(File, "users:\n  ann: {}\n...\n");
            return there.With(new Account { Name = "sam" });
        }));
        Assert.Equal(["ann"], AccountsFile.Read(File).Accounts!.All.Select(one => one.Name));
        AccountsFile.Change(File, there =>
        {
            Assert.ThrowsAny<IOException>(() => AccountsFile.Change(File, other => other.Without("ann")));
            return there.With(new Account { Name = "sam" });
        });
        Assert.Equal(["ann", "sam"], AccountsFile.Read(File).Accounts!.All.Select(one => one.Name));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_with_errors_is_not_changed()
    {
        System.IO.File.WriteAllText(File, "users:\n  ann: { x: 1 }\n...\n");
        AccountsRead read = AccountsFile.Change(File, there => there.With(new Account { Name = "sam" }));
        Assert.Null(read.Accounts);
        Assert.Single(read.Errors);
        Assert.Contains("x: 1", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_stay_in_force_while_a_file_is_half_written()
    {
        var standing = new AccountsInForce(File);
        Assert.Empty(standing.Look()!.Accounts!.All);
        Assert.Null(standing.Look());
        AccountsFile.Change(File, there => there.With(new Account { Name = "tony" }));
        Assert.NotNull(standing.Look()!.Accounts);
        System.IO.File.WriteAllText(File, "users:\n  sam: {}\n");
        Assert.Single(standing.Look()!.Errors);
        Assert.Null(standing.Look());
        Assert.NotNull(standing.Now.Find("tony"));
        System.IO.File.WriteAllText(File, "users:\n  sam: {}\n...\n");
        Assert.NotNull(standing.Look()!.Accounts);
        Assert.Equal(["sam"], standing.Now.All.Select(one => one.Name));
        System.IO.File.Delete(File);
        Assert.Empty(standing.Look()!.Accounts!.All);
    }
}
