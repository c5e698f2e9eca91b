using System.Runtime.InteropServices;
using Router.Ports.Linux;

namespace Router.Ports.Programs;

/// <summary>
/// How long the LDAP library waits, and whose certificates it takes: for all connections of this process that begin afterwards. Without it a
/// server that takes a connection and says nothing is waited for without end.
/// </summary>
public static unsafe class LdapLimits
{
    /// <summary>False where the library is not there, or does not know these options.</summary>
    /// <param name="patience">For connecting, with its TLS, and for each answer.</param>
    /// <param name="authorities">A file of certificates (PEM) that a server's must come from.</param>
    public static bool TrySet(TimeSpan patience, string authorities)
    {
        var time = new Ldap.timeval { tv_sec = (long)patience.TotalSeconds, tv_usec = patience.Microseconds + (1000L * patience.Milliseconds) };
        int demand = Ldap.LDAP_OPT_X_TLS_DEMAND, forClients = 0;
        nint file = Marshal.StringToCoTaskMemUTF8(authorities);
        try
        {
            return Ldap.ldap_set_option(Ldap.LDAP_OPT_NETWORK_TIMEOUT, &time) && Ldap.ldap_set_option(Ldap.LDAP_OPT_TIMEOUT, &time)
                && Ldap.ldap_set_option(Ldap.LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) && Ldap.ldap_set_option(Ldap.LDAP_OPT_X_TLS_CACERTFILE, (void*)file)
                // Without this the library goes on with what it made of the options when it first needed them.
                && Ldap.ldap_set_option(Ldap.LDAP_OPT_X_TLS_NEWCTX, &forClients);
        }
        finally
        {
            Marshal.FreeCoTaskMem(file);
        }
    }
}
