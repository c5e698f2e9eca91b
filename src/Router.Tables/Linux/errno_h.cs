namespace Router.Tables.Linux;

/// <summary>errno.h, as far as it is told apart.</summary>
internal static class errno_h
{
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EINVAL = 22;
    public const int ELOOP = 40;
}
