using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>
/// ldap.h of OpenLDAP: the one call that System.DirectoryServices.Protocols has no word for, and the options that it is made for. Options that
/// are set without a connection hold for those that are begun later. The library is the one that the framework loads: the first of
/// <see cref="Names"/> that there is, by which Debian 12 and 13 call it.
/// </summary>
internal static unsafe class Ldap
{
    public const int LDAP_OPT_TIMEOUT = 0x5002, LDAP_OPT_NETWORK_TIMEOUT = 0x5005;
    public const int LDAP_OPT_X_TLS_CACERTFILE = 0x6002, LDAP_OPT_X_TLS_REQUIRE_CERT = 0x6006, LDAP_OPT_X_TLS_NEWCTX = 0x600f;
    public const int LDAP_OPT_X_TLS_DEMAND = 2;
    public const int LDAP_OPT_SUCCESS = 0;

    private static readonly string[] Names = ["libldap-2.5.so.0", "libldap.so.2", "libldap-2.6.so.0"];

    private static readonly nint Option = Find();

    /// <summary>struct timeval; x86-64 and arm64 agree.</summary>
#pragma warning disable CS8981 // C's name
    [StructLayout(LayoutKind.Sequential)]
    public struct timeval
    {
        public long tv_sec;
        public long tv_usec;
    }
#pragma warning restore CS8981

    /// <summary>ldap_set_option(NULL, option, value); false if the library is not there or refuses.</summary>
    public static bool ldap_set_option(int option, void* value) =>
        Option != 0 && ((delegate* unmanaged<nint, int, void*, int>)Option)(0, option, value) == LDAP_OPT_SUCCESS;

    private static nint Find()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "ldap_set_option", out nint call)) return call;
        }
        return 0;
    }
}
