using Router.Wire; using Router.Tables; using Router.Forwarding.Rules;
namespace Router.Forwarding.Links {
internal enum PinReason : byte { Placed, LinkDown, Moved, Restored }
internal struct Pin : ITableEntry { public static int IdentityOctets => 16; public static uint LayoutVersion => 1; public Address Host; public PortId Link; public long Since, LastUse; public uint Flows; }
internal sealed class Pins(MappedTable<Pin> t) : IDisposable { public ref Pin this[int i] => ref t[i]; public int Capacity => t.Capacity; public int Find(Address a)=>-1; public int Place(Address h, PortId l, PinReason r, long now)=>-1; public void Move(int id, PortId l, PinReason r, long now){} public void Hold(int id){} public void Release(int id,long now){} public void Sweep(long now,int slice,long idle){} public void Dispose(){} }
internal sealed class Balance { public PortId? Choose(LinkPolicy[] l, ulong c)=>null; }
}
namespace Router.Forwarding.Answers {
internal sealed class AnswerLimit { public bool Take(long now)=>true; }
internal static class TcpReset { public static int Build(Span<byte> to, Address s, Address d, ushort sp, ushort dp, uint seq, uint ack, bool withAck)=>0; public static int Answer(Span<byte> to, ReadOnlySpan<byte> p)=>0; }
internal static class IcmpError { public static bool MayAnswer(ReadOnlySpan<byte> p)=>true; public static int Build(Span<byte> to, ReadOnlySpan<byte> p, int len, Address from, byte t, byte c, uint rest)=>0; }
internal static class SegmentSize { public static void Clamp(Span<byte> seg, ushort most, bool unfinished){} }
internal ref struct Fragmenter { public Fragmenter(ReadOnlySpan<byte> p, int mtu){} public bool IsDone=>true; public int Next(Span<byte> to)=>0; }
}
