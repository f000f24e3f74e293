using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>A rectangle of pixels that holds text.</summary>
/// <param name="Row">The first row, from 0.</param>
/// <param name="Column">The first column, from 0.</param>
/// <param name="Confidence">0 to 1: how surely this is text and not anatomy.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextRegion(int Row, int Column, int Rows, int Columns, float Confidence)
{
    internal int Bottom => Row + Rows - 1;

    internal int Right => Column + Columns - 1;
}
