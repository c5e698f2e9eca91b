using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Router.Api.Web;
using Router.Web.Certificates;

namespace Router.Web.Tests.Bed;

/// <summary>A real OpenLDAP server on loopback, with TLS, of which everything is made anew for each test class: people, nested groups, one that contains itself.</summary>
public sealed class Slapd : IAsyncLifetime
{
    public const string BindPassword = "spoken friend";

    private const string Program = "/usr/sbin/slapd";

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
        sn: Lovelace
        userPassword: engine

        dn: cn=Zoë (guest*),dc=example,dc=com
        objectClass: inetOrgPerson
        uid: zoë
        cn: Zoë (guest*)
        sn: Z
        userPassword: naïve

        dn: cn=twin1,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: twin
        cn: twin1
        sn: T
        userPassword: same

        dn: cn=twin2,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: twin
        cn: twin2
        sn: T
        userPassword: same

        dn: cn=engineers,dc=example,dc=com
        objectClass: groupOfNames
        cn: engineers
        member: uid=ada,dc=example,dc=com

        dn: cn=staff,dc=example,dc=com
        objectClass: groupOfNames
        cn: staff
        member: cn=engineers,dc=example,dc=com

        dn: cn=everybody,dc=example,dc=com
        objectClass: groupOfNames
        cn: everybody
        member: cn=staff,dc=example,dc=com
        member: cn=everybody,dc=example,dc=com

        dn: cn=printing,dc=example,dc=com
        objectClass: posixGroup
        cn: printing
        gidNumber: 5000
        memberUid: ada

        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-slapd-");
    private Process? _process;

    public Slapd() => (Plain, Tls) = (FreePort(), FreePort());

    public int Plain { get; }

    public int Tls { get; }

    public string CaFile => Path.Combine(_directory.FullName, "ca.pem");

    public static void SkipUnlessThere() => Assert.SkipUnless(File.Exists(Program), "slapd is not installed");

    public WebDirectory Settings(params string[] urls) => new()
    {
        Urls = urls, Base = "dc=example,dc=com", Bind = "uid=router,dc=example,dc=com", PasswordFile = Path.Combine(_directory.FullName, "secret"), CaFile = CaFile, TimeoutSeconds = 2,
        Administrators = "staff",
    };

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        using X509Certificate2 certificate = OwnCertificate.Make("localhost", [IPAddress.Loopback], DateTimeOffset.UtcNow);
        File.WriteAllText(CaFile, certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey();
        File.WriteAllText(In("key.pem"), key!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("secret"), BindPassword + "\n");
        File.WriteAllText(In("entries.ldif"), Entries);
        Directory.CreateDirectory(In("data"));
        File.WriteAllText(In("slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            include /etc/ldap/schema/nis.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            TLSCertificateFile {CaFile}
            TLSCertificateKeyFile {In("key.pem")}
            security simple_bind=128
            database mdb
            maxsize 10485760
            suffix "dc=example,dc=com"
            directory {In("data")}
            access to attrs=userPassword by anonymous auth
            access to * by dn.exact="uid=router,dc=example,dc=com" read by * none

            """);
        Run("/usr/sbin/slapadd", "-f", In("slapd.conf"), "-l", In("entries.ldif"));
        _process = Process.Start(new ProcessStartInfo(Program, ["-d", "0", "-f", In("slapd.conf"), "-h", $"ldap://127.0.0.1:{Plain} ldaps://127.0.0.1:{Tls}"]));
        await AnswersAsync(Plain);
        await AnswersAsync(Tls);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _directory.Delete(recursive: true);
    }

    private string In(string name) => Path.Combine(_directory.FullName, name);

    private static void Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
    }

    private static async Task AnswersAsync(int port)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
