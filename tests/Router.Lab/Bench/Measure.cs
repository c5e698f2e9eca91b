namespace Router.Lab.Bench;

/// <summary>Whether more or less of a thing is better.</summary>
internal enum Better { More, Less }

/// <summary>One number that is taken of the kernel and of routerd in turn.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Unit">Unit of the numbers.</param>
/// <param name="Digits">Digits after the point.</param>
/// <param name="Take">Takes it once.</param>
/// <param name="Target">What is asked, in words.</param>
/// <param name="Reached">Whether routerd's median, beside the kernel's, reaches it.</param>
internal sealed record Measure(
    string Name, string Unit, int Digits, Func<BenchLab, double> Take, string Target, Func<double, double, bool> Reached);

/// <summary>One number that only routerd has.</summary>
internal sealed record OwnMeasure(string Name, string Unit, int Digits, Func<double> Take, string Target, Func<double, bool> Reached);
