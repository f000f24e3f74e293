using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Scanlock.Processes;

/// <summary>
/// A seccomp filter (classic BPF, see seccomp(2)) for what runs in a sandbox: everything is allowed but what a scan reader or a trainer
/// has no use for and an exploit has: tracing other processes, kernel modules, BPF, keyrings, io_uring, any socket but AF_UNIX, new
/// namespaces and mounts, other system call tables.
/// </summary>
public sealed record SystemCallFilter
{
    /// <summary>Whether a sandbox may be made inside: namespaces, mounts, and the netlink socket that brings its loopback up.</summary>
    public bool AllowsNamespaces { get; init; }

    /// <summary>Whether processes may be started, beside threads.</summary>
    public bool AllowsNewProcesses { get; init; } = true;

    /// <summary>Whether memory may be had that no address space counts: files and segments without a name.</summary>
    public bool AllowsUnnamedMemory { get; init; } = true;

    // Values of seccomp(2), <linux/audit.h>, <linux/sched.h>, <errno.h>.
    private const uint Allow = 0x7fff0000;
    private const uint KillProcess = 0x80000000;
    private const uint Fail = 0x00050000;
    private const uint NotPermitted = Fail | 1;
    private const uint NotImplemented = Fail | 38;
    private const uint NoSuchFamily = Fail | 97;
    private const uint NewNamespaces = 0x7e020080;
    private const uint CloneThread = 0x00010000;
    private const uint ForeignTable = 0x40000000;
    private const uint FamilyUnix = 1;
    private const uint FamilyNetlink = 16;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;

    /// <summary>Whether a filter can be made for this machine's processor.</summary>
    public static bool Supported => SystemCallTable.For(RuntimeInformation.ProcessArchitecture) is not null;

    /// <summary>The filter for this machine, as struct sock_filter[].</summary>
    public byte[] Assemble() => Assemble(RuntimeInformation.ProcessArchitecture);

    /// <summary>The filter for a processor; throws <see cref="PlatformNotSupportedException"/> for other than x86-64 and aarch64.</summary>
    public byte[] Assemble(Architecture architecture)
    {
        var table = SystemCallTable.For(architecture)
            ?? throw new PlatformNotSupportedException($"There is no system call filter for {architecture}; x86-64 and aarch64 have one.");
        var program = new Program();
        program.Load(ArchitectureOffset);
        program.ReturnUnlessEqual(table.AuditArchitecture, KillProcess);
        program.Load(NumberOffset);
        program.ReturnIfAtLeast(ForeignTable, KillProcess);

        var denied = table.NeverUseful.AsEnumerable();
        denied = AllowsNamespaces ? denied : denied.Concat(table.Namespaces);
        denied = AllowsNewProcesses ? denied : denied.Concat(table.Forks);
        denied = AllowsUnnamedMemory ? denied : denied.Concat(table.UnnamedMemory);
        foreach (var number in denied)
        {
            program.ReturnIfEqual(number, NotPermitted);
        }

        // The flags of clone3 lie in memory, where a filter cannot look; the C library falls back to clone, whose flags it can see.
        program.ReturnIfEqual(table.Clone3Call, NotImplemented);
        JudgeClone(program, table.CloneCall);
        JudgeSocket(program, table.SocketCall);
        program.Return(Allow);
        return program.ToBytes();
    }

    private void JudgeClone(Program program, uint clone)
    {
        var judgement = new Program();
        judgement.Load(FirstArgumentOffset);
        if (!AllowsNamespaces)
        {
            judgement.ReturnIfAnyBit(NewNamespaces, NotPermitted);
        }

        if (!AllowsNewProcesses)
        {
            judgement.ReturnUnlessAnyBit(CloneThread, NotPermitted);
        }

        judgement.Return(Allow);
        program.Judge(clone, judgement);
    }

    private void JudgeSocket(Program program, uint socket)
    {
        var judgement = new Program();
        judgement.Load(FirstArgumentOffset);
        judgement.ReturnIfEqual(FamilyUnix, Allow);
        if (AllowsNamespaces)
        {
            judgement.ReturnIfEqual(FamilyNetlink, Allow);
        }

        judgement.Return(NoSuchFamily);
        program.Judge(socket, judgement);
    }

    /// <summary>Instructions in the order they run; each test skips or takes the return that follows it.</summary>
    private sealed class Program
    {
        private const ushort LoadWord = 0x20;
        private const ushort JumpEqual = 0x15;
        private const ushort JumpAtLeast = 0x35;
        private const ushort JumpAnyBit = 0x45;
        private const ushort ReturnConstant = 0x06;
        private const int InstructionBytes = 8;

        private readonly List<(ushort Code, byte IfTrue, byte IfFalse, uint Operand)> instructions = [];

        internal void Load(uint offset) => instructions.Add((LoadWord, 0, 0, offset));

        internal void Return(uint verdict) => instructions.Add((ReturnConstant, 0, 0, verdict));

        internal void ReturnIfEqual(uint value, uint verdict) => Test(JumpEqual, value, verdict, holds: true);

        internal void ReturnUnlessEqual(uint value, uint verdict) => Test(JumpEqual, value, verdict, holds: false);

        internal void ReturnIfAtLeast(uint value, uint verdict) => Test(JumpAtLeast, value, verdict, holds: true);

        internal void ReturnIfAnyBit(uint mask, uint verdict) => Test(JumpAnyBit, mask, verdict, holds: true);

        internal void ReturnUnlessAnyBit(uint mask, uint verdict) => Test(JumpAnyBit, mask, verdict, holds: false);

        /// <summary>For that system call, what follows decides, and it always does.</summary>
        internal void Judge(uint number, Program judgement)
        {
            instructions.Add((JumpEqual, 0, checked((byte)judgement.instructions.Count), number));
            instructions.AddRange(judgement.instructions);
        }

        internal byte[] ToBytes()
        {
            var bytes = new byte[instructions.Count * InstructionBytes];
            for (var index = 0; index < instructions.Count; index++)
            {
                var at = bytes.AsSpan(index * InstructionBytes);
                var (code, ifTrue, ifFalse, operand) = instructions[index];
                BinaryPrimitives.WriteUInt16LittleEndian(at, code);
                at[2] = ifTrue;
                at[3] = ifFalse;
                BinaryPrimitives.WriteUInt32LittleEndian(at[4..], operand);
            }

            return bytes;
        }

        private void Test(ushort code, uint operand, uint verdict, bool holds)
        {
            instructions.Add((code, (byte)(holds ? 0 : 1), (byte)(holds ? 1 : 0), operand));
            Return(verdict);
        }
    }
}
