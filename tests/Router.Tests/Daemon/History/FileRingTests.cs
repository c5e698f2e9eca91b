using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Router.Daemon.History;

namespace Router.Tests.Daemon.History;

public sealed class FileRingTests : IDisposable
{
    private const int Files = 4;
    private const int Octets = 1000;

    private readonly string _directory = Directory.CreateTempSubdirectory("history-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string[] Paths => [.. Directory.GetFiles(_directory).Order(StringComparer.Ordinal)];

    private FileRing Ring(string name = "events") => new(_directory, name, Files, Octets);

    private static void Append(FileRing ring, string text)
    {
        var line = new ArrayBufferWriter<byte>();
        CheckedLine.Write(line, text);
        ring.Append(line.WrittenSpan);
        ring.Flush(toDisk: false);
    }

    private static List<string> Texts(FileRing ring)
    {
        var texts = new List<string>();
        foreach (ReadOnlyMemory<byte> line in ring.Lines())
        {
            if (CheckedLine.TryRead(line.Span, out string text)) texts.Add(text);
        }
        return texts;
    }

    private void Fill(int lines)
    {
        using FileRing ring = Ring();
        for (int i = 0; i < lines; i++) Append(ring, $"line {i}");
    }

    [Fact]
    public void What_was_added_is_read_in_its_order_also_by_the_next_process()
    {
        Fill(10);
        using FileRing again = Ring();
        Append(again, "line 10");
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"line {i}"), Texts(again));
        Assert.Equal(Texts(again), Texts(Ring()));
    }

    [Fact]
    public void It_keeps_the_newest_and_never_more_than_its_bound()
    {
        using FileRing ring = Ring();
        for (int i = 0; i < 2000; i++)
        {
            Append(ring, $"line {i}");
            Assert.True(Paths.Length <= Files);
            if (i % 100 == 0) Assert.True(Paths.Sum(path => new FileInfo(path).Length) <= Files * Octets);
        }
        List<string> kept = Texts(ring);
        Assert.Equal("line 1999", kept[^1]);
        Assert.InRange(kept.Count, (Files - 1) * Octets / 20, Files * Octets / 15);
        Assert.Equal(Enumerable.Range(2000 - kept.Count, kept.Count).Select(i => $"line {i}"), kept);
    }

    [Fact]
    public void A_line_cut_by_a_crash_takes_no_other_with_it()
    {
        Fill(5);
        using (FileStream file = File.OpenWrite(Paths[0])) file.SetLength(file.Length - 4);
        using FileRing ring = Ring();
        Append(ring, "after the crash");
        Assert.Equal(["line 0", "line 1", "line 2", "line 3", "after the crash"], Texts(ring));
    }

    [Fact]
    public void Rings_with_one_directory_and_files_of_others_do_not_meet()
    {
        using FileRing ring = Ring(), other = Ring("events2");
        File.WriteAllText(Path.Combine(_directory, "events.txt"), "not ours");
        File.WriteAllText(Path.Combine(_directory, "events.123"), "not ours");
        for (int i = 0; i < 1000; i++) Append(ring, $"line {i}");
        Append(other, "one");
        Assert.Equal(["one"], Texts(other));
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(_directory, "events.123")));
    }

    [Fact]
    public void A_number_that_nobody_could_have_reached_begins_the_count_again()
    {
        File.WriteAllBytes(Path.Combine(_directory, "events.99999999"), new byte[Octets]);
        using FileRing ring = Ring();
        Append(ring, "one");
        Append(ring, "two");
        Assert.Equal(["one", "two"], Texts(ring));
        Assert.EndsWith("events.00000001", Assert.Single(Paths), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_told_to_the_writer_and_reads_as_empty()
    {
        string file = Path.Combine(_directory, "in-the-way");
        File.WriteAllText(file, "");
        using var ring = new FileRing(Path.Combine(file, "below"), "events", Files, Octets);
        Assert.ThrowsAny<IOException>(() => Append(ring, "one"));
        Assert.Empty(ring.Lines());
    }

    /// <summary>Whatever is written over the files: lines that were not touched are all read, nothing is read that was not written.</summary>
    [Fact]
    public void Damage_takes_only_the_lines_that_it_touches() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int At, byte[] Octets)[]>(), damages =>
        {
            foreach (string old in Paths) File.Delete(old);
            Fill(100);
            var whole = new HashSet<string>(Texts(Ring()), StringComparer.Ordinal);
            var spared = new HashSet<string>(whole, StringComparer.Ordinal);
            foreach ((int at, byte[] octets) in damages.Where(d => d.Octets is { Length: > 0 }))
            {
                string path = Paths[(int)((uint)at % Paths.Length)];
                byte[] file = File.ReadAllBytes(path);
                int begin = (int)((uint)at / Paths.Length % file.Length), end = Math.Min(file.Length, begin + octets.Length);
                spared.ExceptWith(Touched(file, begin, end));
                octets.AsSpan(0, end - begin).CopyTo(file.AsSpan(begin));
                File.WriteAllBytes(path, file);
            }
            using FileRing ring = Ring();
            var read = new HashSet<string>(Texts(ring), StringComparer.Ordinal);
            Append(ring, "goes on");
            return spared.IsSubsetOf(read) && read.IsSubsetOf(whole) && Texts(ring)[^1] == "goes on";
        }).QuickCheckThrowOnFailure();

    /// <summary>Files of nothing but chance prevent neither reading nor writing.</summary>
    [Fact]
    public void Files_of_chance_are_no_obstacle() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), files =>
        {
            foreach (string old in Paths) File.Delete(old);
            for (int i = 0; i < files.Length; i++) File.WriteAllBytes(Path.Combine(_directory, $"events.{i:00000000}"), files[i] ?? []);
            using FileRing ring = Ring();
            int before = Texts(ring).Count;
            Append(ring, "one");
            return before == 0 && Texts(ring).SequenceEqual(["one"]) && Paths.Length <= Math.Max(Files, files.Length);
        }).QuickCheckThrowOnFailure();

    // Texts of the lines that the octets from begin to end, their line ends with them, belong to. Both neighbours of a line end are touched by it.
    private static List<string> Touched(byte[] file, int begin, int end)
    {
        var touched = new List<string>();
        int start = 0;
        foreach (string line in Encoding.Latin1.GetString(file).Split('\n'))
        {
            int length = line.Length + 1;
            if (start <= end && start + length >= begin && line.Length > 9) touched.Add(line[9..]);
            start += length;
        }
        return touched;
    }
}
