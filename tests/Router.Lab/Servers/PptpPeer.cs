using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>
/// pptpd and pptp (pptp-linux), with real control connections and real GRE between them. As this kernel has no PPP, a program of ours
/// stands at both ends where pppd would: it puts text into frames as PPP does (RFC 1662), and the server's answers whatever it is
/// told. A client says its name and a number, hears them from the server, and says the next number.
/// </summary>
internal sealed class PptpPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import os, socket, struct, subprocess, sys, time, tty

        def fcs(data):
            value = 0xFFFF
            for octet in data:
                value ^= octet
                for _ in range(8):
                    value = value >> 1 ^ (0x8408 if value & 1 else 0)
            return value ^ 0xFFFF

        def frame(text):
            data = b"\xff\x03\x00\x21" + text
            data += struct.pack("<H", fcs(data))
            return b"\x7e" + b"".join(bytes([0x7D, o ^ 0x20]) if o < 0x20 or o in (0x7D, 0x7E) else bytes([o]) for o in data) + b"\x7e"

        def texts(read):
            held = b""
            while more := read():
                held += more
                while b"\x7e" in held:
                    one, held = held.split(b"\x7e", 1)
                    plain, escaped = bytearray(), False
                    for octet in one:
                        if octet != 0x7D:
                            plain.append(octet ^ 0x20 if escaped else octet)
                        escaped = octet == 0x7D
                    if len(plain) > 6 and fcs(plain[:-2]) == struct.unpack("<H", plain[-2:])[0]:
                        yield bytes(plain[4:-2])

        def answer():
            tty.setraw(0)
            # pptpd gives us nothing before we have spoken.
            os.write(1, frame(b"ready"))
            for text in texts(lambda: os.read(0, 4096)):
                os.write(1, frame(b"you said " + text))

        def call(server, name):
            near, far = socket.socketpair()
            pptp = subprocess.Popen(["pptp", server, "--nolaunchpppd", "--nobuffer"], stdin=far, stdout=far)
            far.close()
            near.settimeout(0.5)
            number = 0
            def say():
                near.send(frame(b"%s %d" % (name.encode(), number)))
            def read():
                while True:
                    try:
                        return near.recv(4096)
                    except TimeoutError:
                        say()
            say()
            for text in texts(read):
                if text == b"you said %s %d" % (name.encode(), number):
                    print(text.decode(), flush=True)
                    number += 1
                    time.sleep(0.01)
                    say()
                elif not text.startswith(b"you said " + name.encode() + b" ") and text != b"ready":
                    print("foreign:", text, flush=True)
            pptp.wait()

        answer() if sys.argv[1] == "answer" else call(*sys.argv[2:])
        """;

    private readonly BackgroundProgram _program;

    private PptpPeer(BackgroundProgram program) => _program = program;

    public static bool Available => File.Exists("/usr/sbin/pptpd") && File.Exists("/usr/sbin/pptp");

    /// <summary>A server at an address.</summary>
    public static PptpPeer Serve(Topology bed, NetworkNamespace space, IPAddress address)
    {
        string folder = Directory.CreateDirectory(Path.Combine(bed.Directory, "pptpd-" + space.Name)).FullName;
        string settings = Path.Combine(folder, "pptpd.conf"), standIn = Path.Combine(folder, "pppd");
        File.WriteAllText(settings, "delegate\nnoipparam\n");
        File.WriteAllText(standIn, $"#!/bin/sh\nexec {Python} {ScriptIn(bed)} answer\n");
        File.SetUnixFileMode(standIn, (UnixFileMode)0x1ed);
        BackgroundProgram program = space.Start("pptpd", "-f", "-c", settings, "-e", standIn, "-o", "/dev/null", "-l", $"{address}", "-p", Path.Combine(folder, "pid"));
        Wait.Until(() => space.Run("ss", "-Hltn", "sport", "=", ":1723").Text.Length > 0, TimeSpan.FromSeconds(5), () => $"pptpd does not listen: {program.Said}");
        return new PptpPeer(program);
    }

    /// <summary>Begins a call that goes on until it is disposed of. pptp keeps its sockets in /run, so each client has a /run of its own.</summary>
    public static BackgroundProgram Call(Topology bed, NetworkNamespace from, IPAddress server, string name) =>
        from.Start("unshare", "-m", "--propagation", "private", "bash", "-c", $"mount -t tmpfs tmpfs /run; exec {Python} {ScriptIn(bed)} call {server} {name}");

    public void Dispose() => _program.Dispose();

    private static string ScriptIn(Topology bed)
    {
        string path = Path.Combine(bed.Directory, "ppp.py");
        if (!File.Exists(path)) File.WriteAllText(path, Script);
        return path;
    }
}
