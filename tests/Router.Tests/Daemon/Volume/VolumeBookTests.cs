using Router.Daemon.Volume;

namespace Router.Tests.Daemon.Volume;

public sealed class VolumeBookTests : IDisposable
{
    private static readonly DateOnly s_day = new(2026, 11, 22);
    private static readonly BillingMonth s_month = BillingMonth.Of(s_day, 1);

    private readonly string _directory = Directory.CreateTempSubdirectory("volume-").FullName;

    private string File => Path.Combine(_directory, "volume");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private VolumeBook Open()
    {
        VolumeBook book = VolumeBook.Open(_directory, out string complaint);
        Assert.Equal("", complaint);
        return book;
    }

    [Fact]
    public void What_was_saved_is_there_when_it_is_opened_again()
    {
        VolumeBook book = Open();
        book.Add("fiber", s_day.AddDays(-1), 100, 10);
        book.Add("fiber", s_day, 200, 20);
        book.Add("lte", s_day, 1, 2);
        book.Save();
        VolumeBook again = Open();
        Assert.Equal(new DayVolume(s_day, 200, 20), again.Of("fiber", s_day));
        Assert.Equal(new DayVolume(s_month.First, 300, 30), again.Sum("fiber", s_month));
        Assert.Equal(3, again.Sum("lte", s_month).Octets);
        Assert.Equal(0, again.Sum("dsl", s_month).Octets);
        Assert.False(again.IsChanged);
    }

    [Fact]
    public void Nothing_is_written_where_nothing_was_carried()
    {
        VolumeBook book = Open();
        book.Add("fiber", s_day, 0, 0);
        book.Save();
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_clock_that_goes_back_loses_and_doubles_nothing()
    {
        VolumeBook book = Open();
        book.Add("fiber", s_day, 5, 0);
        book.Add("fiber", s_day.AddDays(-3), 7, 0);
        book.Add("fiber", s_day.AddDays(1), 1, 0);
        Assert.Equal([12L, 0L, 1L], new[] { book.Of("fiber", s_day).In, book.Of("fiber", s_day.AddDays(-3)).In, book.Of("fiber", s_day.AddDays(1)).In });
    }

    [Fact]
    public void It_keeps_four_hundred_days_of_each_link()
    {
        VolumeBook book = Open();
        for (int i = 0; i < 1000; i++) book.Add("fiber", s_day.AddDays(i), 1, 0);
        Assert.Equal(VolumeBook.MostDays, book.Sum("fiber", new BillingMonth(s_day, s_day.AddDays(2000))).In);
        Assert.Equal(1, book.Of("fiber", s_day.AddDays(999)).In);
        book.Save();
        Assert.Equal(VolumeBook.MostDays, System.IO.File.ReadAllLines(File).Length);
    }

    [Theory]
    [InlineData("2026-11-22 fiber 5")]
    [InlineData("2026-11-22 fiber 5 -1")]
    [InlineData("2026-11-22 fiber 5 9999999999999999999")]
    [InlineData("22.11.2026 fiber 5 1")]
    [InlineData("2026-11-22  5 1")]
    [InlineData("\0\0\0\0")]
    public void A_line_that_makes_no_sense_is_left_out_and_the_file_is_kept(string line)
    {
        System.IO.File.WriteAllText(File, $"2026-11-21 fiber 3 4\n{line}\n2026-11-22 lte 1 1\n");
        VolumeBook book = VolumeBook.Open(_directory, out string complaint);
        Assert.Contains("1 lines", complaint, StringComparison.Ordinal);
        Assert.Equal((7L, 2L), (book.Sum("fiber", s_month).Octets, book.Sum("lte", s_month).Octets));
        Assert.Contains(line, System.IO.File.ReadAllText(File + ".damaged"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_leaves_the_book_unsaved()
    {
        string file = Path.Combine(_directory, "in-the-way");
        System.IO.File.WriteAllText(file, "");
        VolumeBook book = VolumeBook.Open(Path.Combine(file, "below"), out _);
        book.Add("fiber", s_day, 1, 1);
        Assert.ThrowsAny<IOException>(book.Save);
        Assert.True(book.IsChanged);
    }
}
