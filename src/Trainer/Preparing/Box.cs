using System.Runtime.InteropServices;

namespace Scanlock.Trainer.Preparing;

/// <summary>A rectangle of pixels.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Box(int Top, int Left, int Rows, int Columns)
{
    /// <summary>The smallest rectangle that holds both.</summary>
    internal Box With(Box other)
    {
        var (top, left) = (Math.Min(Top, other.Top), Math.Min(Left, other.Left));
        return new Box(
            top, left, Math.Max(Top + Rows, other.Top + other.Rows) - top, Math.Max(Left + Columns, other.Left + other.Columns) - left);
    }
}
