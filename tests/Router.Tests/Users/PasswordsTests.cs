using System.Diagnostics;
using Router.Ports.Linux.Crypt;
using Router.Users;

namespace Router.Tests.Users;

/// <summary>Hashes of passwords, against vectors of other programs and against each other.</summary>
public class PasswordsTests
{
    [Fact]
    public void A_password_is_known_again_and_no_other_is()
    {
        string hash = Passwords.Hash("Grüße, tony ☕");
        Assert.StartsWith("$y$jAT$", hash, StringComparison.Ordinal);
        Assert.True(Passwords.LooksLikeHash(hash));
        Assert.Equal(PasswordVerdict.Right, Passwords.Verify("Grüße, tony ☕", hash));
        Assert.Equal(PasswordVerdict.Wrong, Passwords.Verify("grüße, tony ☕", hash));
        Assert.Equal(PasswordVerdict.Wrong, Passwords.Verify("", hash));
        Assert.NotEqual(hash, Passwords.Hash("Grüße, tony ☕"));
    }

    /// <summary>As `openssl passwd -5` and `-6` make them.</summary>
    [Theory]
    [InlineData("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5")]
    [InlineData("Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1")]
    public void Hashes_of_other_methods_are_read_and_said_to_be_old(string password, string hash)
    {
        Assert.Equal(PasswordVerdict.RightButOld, Passwords.Verify(password, hash));
        Assert.Equal(PasswordVerdict.Wrong, Passwords.Verify(password + "!", hash));
    }

    [Fact]
    public void A_cheaper_hash_of_the_same_method_is_old_too()
    {
        string cheap = PasswordHashing.Hash("secret"u8, PasswordHashing.NewSetting("$y$", 1))!;
        Assert.Equal(PasswordVerdict.RightButOld, Passwords.Verify("secret", cheap));
        Assert.False(Passwords.IsOld(Passwords.Hash("secret")));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("")]
    [InlineData("*0")]
    [InlineData("$1$salt$abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("$y$jAT$aaaaaaaaaaaaaaaaaaaaaaaa$\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n")]
    public void What_is_no_hash_matches_nothing(string hash)
    {
        Assert.False(Passwords.LooksLikeHash(hash));
        Assert.Equal(PasswordVerdict.Wrong, Passwords.Verify(hash, hash));
    }

    [Fact]
    public void What_cannot_be_a_password_is_refused_and_matches_nothing()
    {
        string hash = Passwords.Hash("x");
        foreach (string impossible in (string[])["", "a\0b", new('a', Passwords.MostOctets + 1)])
        {
            Assert.False(Passwords.IsPossible(impossible));
            Assert.Throws<ArgumentException>(() => Passwords.Hash(impossible));
            Assert.Equal(PasswordVerdict.Wrong, Passwords.Verify(impossible, hash));
        }
        string longest = new('a', Passwords.MostOctets);
        Assert.Equal(PasswordVerdict.Right, Passwords.Verify(longest, Passwords.Hash(longest)));
    }

    /// <summary>Who is there must not be told by how long an answer takes. Each side's quickest of several, so that a loaded machine does not decide.</summary>
    [Fact]
    public void Nobody_takes_as_long_as_somebody()
    {
        string hash = Passwords.Hash("right");
        Passwords.Verify("wrong", null);
        double somebody = Quickest(() => Passwords.Verify("wrong", hash)), nobody = Quickest(() => Passwords.Verify("wrong", null));
        Assert.InRange(nobody / somebody, 0.5, 2);
    }

    private static double Quickest(Action what)
    {
        double quickest = double.MaxValue;
        for (int i = 0; i < 8; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            what();
            quickest = Math.Min(quickest, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        TestContext.Current.SendDiagnosticMessage($"{quickest:0.0} ms");
        return quickest;
    }
}
