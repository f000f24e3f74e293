using System.Collections.Frozen;

namespace Scanlock.Intake.Tests.Text;

/// <summary>
/// Letters and figures as a draughtsman's skeleton on a grid of 5 columns: 7 rows from the head of the capitals to the foot of the line,
/// then 2 below it. Coarse enough that most faces look alike at this grid.
/// </summary>
internal static class Glyphs
{
    internal const int Columns = 5;

    /// <summary>Rows over the foot of the line.</summary>
    internal const int Capital = 7;

    internal const int Rows = 9;

    // Rows from the head, a slash between them; missing rows are empty.
    private const string Drawn = """
        A .###./#...#/#...#/#####/#...#/#...#/#...#
        B ####./#...#/#...#/####./#...#/#...#/####.
        C .####/#..../#..../#..../#..../#..../.####
        D ####./#...#/#...#/#...#/#...#/#...#/####.
        E #####/#..../#..../####./#..../#..../#####
        F #####/#..../#..../####./#..../#..../#....
        G .####/#..../#..../#..##/#...#/#...#/.####
        H #...#/#...#/#...#/#####/#...#/#...#/#...#
        I ###/.#./.#./.#./.#./.#./###
        J ..###/...#./...#./...#./...#./#..#./.##..
        K #...#/#..#./#.#../##.../#.#../#..#./#...#
        L #..../#..../#..../#..../#..../#..../#####
        M #...#/##.##/#.#.#/#.#.#/#...#/#...#/#...#
        N #...#/##..#/#.#.#/#.#.#/#..##/#...#/#...#
        O .###./#...#/#...#/#...#/#...#/#...#/.###.
        P ####./#...#/#...#/####./#..../#..../#....
        Q .###./#...#/#...#/#...#/#.#.#/#..#./.##.#
        R ####./#...#/#...#/####./#.#../#..#./#...#
        S .####/#..../#..../.###./....#/....#/####.
        T #####/..#../..#../..#../..#../..#../..#..
        U #...#/#...#/#...#/#...#/#...#/#...#/.###.
        V #...#/#...#/#...#/#...#/.#.#./.#.#./..#..
        W #...#/#...#/#...#/#.#.#/#.#.#/##.##/#...#
        X #...#/#...#/.#.#./..#../.#.#./#...#/#...#
        Y #...#/#...#/.#.#./..#../..#../..#../..#..
        Z #####/....#/...#./..#../.#.../#..../#####
        a //.###./....#/.####/#...#/.####
        b #..../#..../####./#...#/#...#/#...#/####.
        c //.###/#.../#.../#.../.###
        d ....#/....#/.####/#...#/#...#/#...#/.####
        e //.###./#...#/#####/#..../.####
        f .##/#../###/#../#../#../#..
        g //.####/#...#/#...#/#...#/.####/....#/.###.
        h #..../#..../####./#...#/#...#/#...#/#...#
        i #//#/#/#/#/#
        j .#//.#/.#/.#/.#/.#/.#/#.
        k #.../#.../#..#/#.#./##../#.#./#..#
        l #/#/#/#/#/#/#
        m //##.#./#.#.#/#.#.#/#.#.#/#.#.#
        n //####./#...#/#...#/#...#/#...#
        o //.###./#...#/#...#/#...#/.###.
        p //####./#...#/#...#/#...#/####./#..../#....
        q //.####/#...#/#...#/#...#/.####/....#/....#
        r //#.##/##../#.../#.../#...
        s //.####/#..../.###./....#/####.
        t .#../.#../####/.#../.#../.#../..##
        u //#...#/#...#/#...#/#...#/.####
        v //#...#/#...#/.#.#./.#.#./..#..
        w //#...#/#...#/#.#.#/#.#.#/.#.#.
        x //#...#/.#.#./..#../.#.#./#...#
        y //#...#/#...#/#...#/.#.#./..#../..#../##...
        z //#####/...#./..#../.#.../#####
        0 .###./#...#/#...#/#...#/#...#/#...#/.###.
        1 .#./##./.#./.#./.#./.#./###
        2 .###./#...#/....#/...#./..#../.#.../#####
        3 .###./#...#/....#/..##./....#/#...#/.###.
        4 ...#./..##./.#.#./#..#./#####/...#./...#.
        5 #####/#..../####./....#/....#/#...#/.###.
        6 ..##./.#.../#..../####./#...#/#...#/.###.
        7 #####/....#/...#./...#./..#../..#../..#..
        8 .###./#...#/#...#/.###./#...#/#...#/.###.
        9 .###./#...#/#...#/.####/....#/...#./.##..
        """;

    /// <summary>The skeletons, by character.</summary>
    internal static FrozenDictionary<char, Glyph> All { get; } = Drawn.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.Trim()).ToFrozenDictionary(static line => line[0], static line => Glyph.Parse(line[2..]));
}

/// <summary>A skeleton: which cells of the grid are ink.</summary>
/// <param name="Columns">As many as it is wide: 1 for an l, 5 for most.</param>
/// <param name="Ink">Row by row, <see cref="Glyphs.Rows"/> of them.</param>
internal sealed record Glyph(int Columns, bool[] Ink)
{
    internal bool this[int row, int column] => Ink[(row * Columns) + column];

    internal static Glyph Parse(string drawn)
    {
        var rows = drawn.Split('/');
        var columns = rows.Max(static row => row.Length);
        var ink = new bool[Glyphs.Rows * columns];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < rows[row].Length; column++)
            {
                ink[(row * columns) + column] = rows[row][column] == '#';
            }
        }

        return new Glyph(columns, ink);
    }
}
