using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>
/// A real OpenLDAP server on an address of a namespace, by LDAPS or by LDAP with StartTLS; it takes no password but over TLS. Ada is of the
/// engineers, and these are of the staff; Bo is of the staff himself; Cy is of no group.
/// </summary>
internal sealed class LdapServer : IDisposable
{
    private const string Program = "/usr/sbin/slapd", Loader = "/usr/sbin/slapadd";

    private readonly BackgroundProgram _program;

    private LdapServer(BackgroundProgram program) => _program = program;

    public static bool Available => File.Exists(Program);

    /// <summary>The lines of `users` that name the directory; files of the lab are below <paramref name="folder"/>.</summary>
    public static string Settings(string folder, params string[] urls) =>
        $$"""directory: { url: [{{string.Join(", ", urls)}}], base: "dc=example,dc=com", bind: "uid=router,dc=example,dc=com", password_file: {{folder}}/ldap.secret, ca_file: {{folder}}/ldap.pem, timeout: 2s }""";

    /// <summary>What those who ask it must have before: its certificate, good for all servers of the lab, and the router's password.</summary>
    public static void Furnish(Topology bed)
    {
        string names = string.Join(',', Plan.Servers.Select(address => $"IP:{address}"));
        Command.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=directory",
            "-addext", $"subjectAltName={names}", "-keyout", Path.Combine(bed.Directory, "ldap.key"), "-out", Path.Combine(bed.Directory, "ldap.pem")]).OrThrow();
        File.WriteAllText(Path.Combine(bed.Directory, "ldap.secret"), "spoken friend\n");
    }

    /// <param name="bed">The lab, furnished.</param>
    /// <param name="space">Where it runs.</param>
    /// <param name="address">One of the servers' addresses.</param>
    /// <param name="isTls">By TLS from the beginning, on port 636; else on port 389.</param>
    public static LdapServer Start(Topology bed, NetworkNamespace space, IPAddress address, bool isTls)
    {
        string folder = Directory.CreateDirectory(Path.Combine(bed.Directory, $"ldap-{address}")).FullName, data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        string configuration = Path.Combine(folder, "slapd.conf"), entries = Path.Combine(folder, "entries.ldif");
        File.WriteAllText(entries, Entries);
        File.WriteAllText(configuration, $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            TLSCertificateFile {bed.Directory}/ldap.pem
            TLSCertificateKeyFile {bed.Directory}/ldap.key
            security simple_bind=128
            database mdb
            maxsize 10485760
            suffix "dc=example,dc=com"
            directory {data}
            access to attrs=userPassword by anonymous auth
            access to * by dn.exact="uid=router,dc=example,dc=com" read by * none

            """);
        Command.Run(Loader, ["-f", configuration, "-l", entries]).OrThrow();
        int port = isTls ? 636 : 389;
        BackgroundProgram program = space.Start(Program, "-d", "0", "-f", configuration, "-h", $"{(isTls ? "ldaps" : "ldap")}://{address}:{port}");
        Wait.Until(() => space.Run("ss", "-Hltn", "src", $"{address}:{port}").Text.Length > 0, TimeSpan.FromSeconds(10), () => program.Said);
        return new LdapServer(program);
    }

    /// <summary>It goes, and whoever asks it is refused at once.</summary>
    public void Stop() => _program.Stop();

    public void Dispose() => _program.Dispose();

    private const string Entries = """
        dn: dc=example,dc=com
        objectClass: domain
        dc: example

        dn: uid=router,dc=example,dc=com
        objectClass: account
        objectClass: simpleSecurityObject
        uid: router
        userPassword: spoken friend

        dn: uid=ada,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: ada
        cn: Ada
        sn: A
        userPassword: ada's password

        dn: uid=bo,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: bo
        cn: Bo
        sn: B
        userPassword: bo's password

        dn: uid=cy,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: cy
        cn: Cy
        sn: C
        userPassword: cy's password

        dn: cn=engineers,dc=example,dc=com
        objectClass: groupOfNames
        cn: engineers
        member: uid=ada,dc=example,dc=com

        dn: cn=staff,dc=example,dc=com
        objectClass: groupOfNames
        cn: staff
        member: cn=engineers,dc=example,dc=com
        member: uid=bo,dc=example,dc=com

        """;
}
