using System.Runtime.InteropServices;

namespace Scanlock.Trainer.WeakSupervision;

/// <summary>One of the eight ways to lay down a square: perhaps mirrored left to right, then turned.</summary>
/// <param name="Turns">Quarter turns, 0 to 3.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct View(bool Mirrored, long Turns)
{
    private static readonly (long, long) s_plane = (-2, -1);

    internal static View Mirror { get; } = new(Mirrored: true, Turns: 0);

    /// <summary>All eight, each different; every even number of them from the first on holds with each its mirror image.</summary>
    internal static IReadOnlyList<View> All { get; } =
    [
        new(false, 0), new(true, 0), new(false, 2), new(true, 2), new(false, 1), new(true, 1), new(false, 3), new(true, 3),
    ];

    /// <summary>The images or maps [..., side, side] laid down so.</summary>
    internal Tensor Of(Tensor images) => Turned(Mirrored ? images.flip(-1) : images, Turns);

    /// <summary>Lays them back.</summary>
    internal Tensor Undo(Tensor images)
    {
        var turned = Turned(images, -Turns);
        return Mirrored ? turned.flip(-1) : turned;
    }

    private static Tensor Turned(Tensor images, long turns) => turns == 0 ? images : images.rot90(turns, s_plane);
}
