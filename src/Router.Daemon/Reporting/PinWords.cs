namespace Router.Daemon.Reporting;

/// <summary>Why a pin stands where it does, for a sentence: by the name that the path gives the reason.</summary>
internal static class PinWords
{
    public static string Of(string reason) => reason switch
    {
        "Placed" => "placed by weight",
        "LinkDown" => "moved as its link went down",
        "Moved" => "moved by hand",
        "Degraded" => "moved as its link became slow or lossy",
        "Restored" => "back as its link returned",
        _ => reason,
    };
}
