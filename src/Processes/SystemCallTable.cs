using System.Runtime.InteropServices;

namespace Scanlock.Processes;

/// <summary>
/// The numbers of the system calls a filter speaks of, by processor: x86-64 from asm/unistd_64.h, aarch64 from asm-generic/unistd.h of
/// the kernel's headers.
/// </summary>
internal sealed record SystemCallTable(
    uint AuditArchitecture, uint CloneCall, uint Clone3Call, uint SocketCall, uint[] NeverUseful, uint[] Namespaces, uint[] Forks, uint[] UnnamedMemory)
{
    private const uint Absent = uint.MaxValue;

    // Name, x86-64, aarch64.
    private static readonly (string Name, uint X64, uint Arm64)[] NeverUsefulCalls =
    [
        ("ptrace", 101, 117), ("process_vm_readv", 310, 270), ("process_vm_writev", 311, 271), ("process_madvise", 440, 440),
        ("kcmp", 312, 272), ("pidfd_getfd", 438, 438), ("bpf", 321, 280), ("perf_event_open", 298, 241), ("userfaultfd", 323, 282),
        ("keyctl", 250, 219), ("add_key", 248, 217), ("request_key", 249, 218),
        ("kexec_load", 246, 104), ("kexec_file_load", 320, 294), ("init_module", 175, 105), ("finit_module", 313, 273),
        ("delete_module", 176, 106), ("reboot", 169, 142), ("swapon", 167, 224), ("swapoff", 168, 225), ("acct", 163, 89),
        ("quotactl", 179, 60), ("quotactl_fd", 443, 443), ("settimeofday", 164, 170), ("clock_settime", 227, 112),
        ("clock_adjtime", 305, 266), ("adjtimex", 159, 171), ("syslog", 103, 116), ("vhangup", 153, 58), ("lookup_dcookie", 212, 18),
        ("nfsservctl", 180, 42), ("name_to_handle_at", 303, 264), ("open_by_handle_at", 304, 265), ("fanotify_init", 300, 262),
        ("io_uring_setup", 425, 425), ("io_uring_enter", 426, 426), ("io_uring_register", 427, 427), ("personality", 135, 92),
        ("iopl", 172, Absent), ("ioperm", 173, Absent), ("modify_ldt", 154, Absent), ("uselib", 134, Absent), ("ustat", 136, Absent),
    ];

    private static readonly (string Name, uint X64, uint Arm64)[] NamespaceCalls =
    [
        ("unshare", 272, 97), ("setns", 308, 268), ("mount", 165, 40), ("umount2", 166, 39), ("pivot_root", 155, 41), ("chroot", 161, 51),
        ("move_mount", 429, 429), ("open_tree", 428, 428), ("fsopen", 430, 430), ("fsconfig", 431, 431), ("fsmount", 432, 432),
        ("fspick", 433, 433), ("mount_setattr", 442, 442), ("sethostname", 170, 161), ("setdomainname", 171, 162),
    ];

    private static readonly (string Name, uint X64, uint Arm64)[] ForkCalls = [("fork", 57, Absent), ("vfork", 58, Absent)];

    private static readonly (string Name, uint X64, uint Arm64)[] UnnamedMemoryCalls =
        [("memfd_create", 319, 279), ("memfd_secret", 447, 447), ("shmget", 29, 194), ("msgget", 68, 186), ("mq_open", 240, 180)];

    internal static SystemCallTable? For(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new(0xc000003e, 56, 435, 41, X64(NeverUsefulCalls), X64(NamespaceCalls), X64(ForkCalls), X64(UnnamedMemoryCalls)),
        Architecture.Arm64 => new(0xc00000b7, 220, 435, 198, Arm64(NeverUsefulCalls), Arm64(NamespaceCalls), Arm64(ForkCalls), Arm64(UnnamedMemoryCalls)),
        _ => null,
    };

    private static uint[] X64((string Name, uint X64, uint Arm64)[] calls) => [.. calls.Select(call => call.X64)];

    private static uint[] Arm64((string Name, uint X64, uint Arm64)[] calls) =>
        [.. calls.Select(call => call.Arm64).Where(number => number != Absent)];
}
