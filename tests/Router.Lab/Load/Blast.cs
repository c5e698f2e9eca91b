// Sends the smallest Ethernet frames (60 octets: IPv4, UDP, 18 octets of payload) as fast as the kernel takes them, by an
// AF_PACKET socket, so that a packet costs no socket lookup and no route. Flows differ in source port, and beyond 50,000
// in destination address too, and are sent in turn, so that each packet of a round belongs to another flow.
//
//     Router.Lab blast INTERFACE ROUTER_MAC SOURCE DESTINATION PORT FLOWS SECONDS [PER_SECOND]

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

using Router.Lab.Wires;

namespace Router.Lab.Load;

internal sealed unsafe class Blast
{
    private const int FrameLength = 60;
    private const int Slot = 64;
    private const int Batch = 64;
    private const int FirstPort = 10_000;
    private const int PortsPerDestination = 50_000;

    private readonly byte* _frames;
    private readonly int _flows;

    private Blast(int flows)
    {
        _flows = flows;
        _frames = (byte*)NativeMemory.AlignedAlloc((nuint)flows * Slot, 64);
    }

    public static int Run(string[] args)
    {
        if (args is not [string port, string mac, string source, string destination, string udpPort, string flows, string seconds, .. string[] more]) return 2;
        var blast = new Blast(int.Parse(flows, CultureInfo.InvariantCulture));
        NetworkInterface nic = NetworkInterface.GetAllNetworkInterfaces().First(one => one.Name == port);
        blast.Fill(nic.GetPhysicalAddress(), PhysicalAddress.Parse(mac), IPAddress.Parse(source), IPAddress.Parse(destination), ushort.Parse(udpPort, CultureInfo.InvariantCulture));
        double perSecond = more.Length > 0 ? double.Parse(more[0], CultureInfo.InvariantCulture) : 0;
        long sent = blast.Send(new PacketSocket(port, receives: false), double.Parse(seconds, CultureInfo.InvariantCulture), perSecond);
        Console.WriteLine(sent);
        return 0;
    }

    private void Fill(PhysicalAddress from, PhysicalAddress to, IPAddress source, IPAddress destination, ushort udpPort)
    {
        uint first = BinaryPrimitives.ReadUInt32BigEndian(destination.GetAddressBytes());
        for (int i = 0; i < _flows; i++)
        {
            var frame = new Span<byte>(_frames + ((long)i * Slot), FrameLength);
            frame.Clear();
            to.GetAddressBytes().CopyTo(frame);
            from.GetAddressBytes().CopyTo(frame[6..]);
            BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
            Span<byte> ip = frame[14..];
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], FrameLength - 14);
            ip[8] = 64; // TTL
            ip[9] = 17; // UDP
            source.GetAddressBytes().CopyTo(ip[12..]);
            BinaryPrimitives.WriteUInt32BigEndian(ip[16..], first + (uint)(i / PortsPerDestination));
            BinaryPrimitives.WriteUInt16BigEndian(ip[20..], (ushort)(FirstPort + (i % PortsPerDestination)));
            BinaryPrimitives.WriteUInt16BigEndian(ip[22..], udpPort);
            BinaryPrimitives.WriteUInt16BigEndian(ip[24..], FrameLength - 14 - 20);
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Fold(Sum(ip[..20])));
            uint pseudo = Sum(ip.Slice(12, 8)) + 17 + (FrameLength - 14 - 20);
            BinaryPrimitives.WriteUInt16BigEndian(ip[26..], Fold(pseudo + Sum(ip[20..])));
        }
    }

    private long Send(PacketSocket socket, double seconds, double perSecond)
    {
        var messages = new Mmsg(Batch);
        var clock = Stopwatch.StartNew();
        long sent = 0;
        int next = 0;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            if (perSecond > 0 && sent > clock.Elapsed.TotalSeconds * perSecond) continue;
            for (int i = 0; i < Batch; i++)
            {
                messages.Point(i, _frames + ((long)next * Slot), FrameLength);
                next = next + 1 == _flows ? 0 : next + 1;
            }
            int taken = messages.Send(socket.Fd);
            if (taken > 0) sent += taken;
            next = (int)(((long)next - Batch + Math.Max(taken, 0) + (Batch * (long)_flows)) % _flows);
        }
        return sent;
    }

    private static uint Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (int i = 0; i < octets.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(octets[i..]);
        return sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
