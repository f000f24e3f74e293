using System.Runtime.InteropServices;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>Room at a site, or what a trial takes of it.</summary>
/// <param name="Trials">How many more this broker may have there.</param>
/// <param name="Slots">How many more have a slot.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Room(long Trials, long Slots, long Cpus, long MemoryMiB, long Gpus)
{
    /// <summary>So much that nothing uses it up.</summary>
    public const long Unbounded = 1L << 60;

    public static Room Of(JobResources resources) => new(1, 1, resources.Cpus, resources.MemoryMiB, resources.Gpus);

    public static Room operator +(Room a, Room b) => new(a.Trials + b.Trials, a.Slots + b.Slots, a.Cpus + b.Cpus, a.MemoryMiB + b.MemoryMiB, a.Gpus + b.Gpus);

    public static Room operator -(Room a, Room b) => new(a.Trials - b.Trials, a.Slots - b.Slots, a.Cpus - b.Cpus, a.MemoryMiB - b.MemoryMiB, a.Gpus - b.Gpus);

    public bool FitsIn(Room free) => Trials <= free.Trials && FitsTheMachinesOf(free);

    /// <summary>Whether only a limit of ours, not the site's machines, could be in the way.</summary>
    public bool FitsTheMachinesOf(Room free) => Slots <= free.Slots && Cpus <= free.Cpus && MemoryMiB <= free.MemoryMiB && Gpus <= free.Gpus;
}
