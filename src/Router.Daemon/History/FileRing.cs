using System.Globalization;

namespace Router.Daemon.History;

/// <summary>
/// Lines on disk, the newest of them, within a bound: some files `NAME.NNNNNNNN` of which the last is added to. When it is full a new
/// one is begun and the oldest goes, so the bound is kept at any moment and each line is written once.
///
///     ring of 4:   events.00000007   events.00000008   events.00000009   events.00000010 <- written
///
/// A line that was cut by a crash stays as it is: the next process begins with a line end, and readers leave out what makes no sense
/// (<see cref="CheckedLine"/>). Lines of a killed process are in the kernel's hands, and stay; a power cut takes what was written
/// since the last <see cref="Flush"/>.
///
/// One thread writes; any may read meanwhile, without a lock: it sees whole lines, and perhaps not the last ones. Files of other names
/// are left alone.
/// </summary>
internal sealed class FileRing : IDisposable
{
    private const int LastNumber = 99_999_999;

    private readonly string _directory, _name;
    private readonly int _files, _octets;
    private FileStream? _file;
    private int _number;

    /// <param name="directory">Made when it is first written to.</param>
    /// <param name="name">In front of the numbers.</param>
    /// <param name="files">How many at the most, 2 or more.</param>
    /// <param name="octets">Of one file at the most.</param>
    public FileRing(string directory, string name, int files, int octets) => (_directory, _name, _files, _octets) = (directory, name, files, octets);

    /// <summary>Adds a line, with its end.</summary>
    /// <exception cref="IOException">It cannot be written; nothing or a part of it is.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        if (_file is null) Resume();
        if (_file!.Length + line.Length > _octets && _file.Length > 0) Begin(_number + 1);
        _file.Write(line);
    }

    /// <summary>Hands what was added to the kernel, or on request to the disk itself.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Flush(bool toDisk) => _file?.Flush(toDisk);

    /// <summary>Gives the file up after a fault; the next line opens it anew.</summary>
    public void Abandon()
    {
        FileStream? broken = _file;
        _file = null;
        try
        {
            broken?.Dispose();
        }
        catch (IOException)
        {
            // What it held could not be written, which is known already.
        }
    }

    /// <summary>All lines that there are, oldest first, without their ends; the first of a file that cannot be read is missing with the rest of it.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Lines()
    {
        foreach (int number in Numbers())
        {
            ReadOnlyMemory<byte> rest = ReadFile(number);
            while (rest.Length > 0)
            {
                int end = rest.Span.IndexOf((byte)'\n');
                if (end < 0) break;
                if (end > 0) yield return rest[..end];
                rest = rest[(end + 1)..];
            }
        }
    }

    public void Dispose() => Abandon();

    private string PathOf(int number) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{_name}.{number:00000000}"));

    private void Resume()
    {
        Directory.CreateDirectory(_directory);
        List<int> numbers = Numbers();
        if (numbers.Count == 0)
        {
            Begin(1);
            return;
        }
        _number = numbers[^1];
        Open(FileMode.Append);
        // The line that a crash cut must not swallow the next one.
        if (_file!.Length > 0) _file.Write("\n"u8);
    }

    private void Begin(int number)
    {
        Abandon();
        List<int> numbers = Numbers();
        int first = numbers.Count - (_files - 1);
        // Nobody gets so far by writing; whoever put such a file there gets a new count.
        if (number > LastNumber) (number, first) = (1, numbers.Count);
        foreach (int old in numbers.Take(Math.Max(0, first))) File.Delete(PathOf(old));
        _number = number;
        Open(FileMode.Create);
    }

    private void Open(FileMode mode) => _file = new FileStream(PathOf(_number), mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private List<int> Numbers()
    {
        if (!Directory.Exists(_directory)) return [];
        var numbers = new List<int>();
        foreach (string path in Directory.EnumerateFiles(_directory, _name + ".*"))
        {
            string digits = Path.GetFileName(path)[(_name.Length + 1)..];
            if (digits.Length == 8 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }

    // No more than a file of ours can hold, whatever somebody has put there.
    private byte[] ReadFile(int number)
    {
        try
        {
            using var file = new FileStream(PathOf(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] octets = new byte[Math.Min(file.Length, _octets)];
            int read = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            return read == octets.Length ? octets : octets[..read];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
