using System.Text;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// The Content-Type of a store request: <c>multipart/related; type="application/dicom"; boundary=...</c> (PS3.18 8.6.1.2). Read by hand, for
/// what many clients send is not what RFC 9110 calls a parameter: <c>type=application/dicom</c> without quotes, boundaries with '=' or '/'.
/// </summary>
/// <param name="Type">The media type of the parts, null where the sender does not say.</param>
internal sealed record MultipartRelated(string? Boundary, string? Type)
{
    private const string MediaType = "multipart/related";

    /// <summary>Longer than RFC 2046 allows (70); a reader has to keep it.</summary>
    private const int LongestBoundary = 200;

    /// <summary>Null where it is another media type.</summary>
    public static MultipartRelated? Parse(string contentType)
    {
        var parts = Split(contentType);
        if (!string.Equals(parts[0].Trim(), MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string? boundary = null, type = null;
        foreach (var parameter in parts.Skip(1))
        {
            var (name, value) = Parameter(parameter);
            if (name.Equals("boundary", StringComparison.OrdinalIgnoreCase))
            {
                boundary ??= value;
            }
            else if (name.Equals("type", StringComparison.OrdinalIgnoreCase))
            {
                type ??= value;
            }
        }

        return new(boundary is { Length: > 0 and <= LongestBoundary } && boundary.All(c => c is >= ' ' and <= '~') ? boundary : null, type);
    }

    /// <summary>The pieces between semicolons, but those inside quotes.</summary>
    private static List<string> Split(string contentType)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < contentType.Length; i++)
        {
            if (contentType[i] == ';' && !quoted)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
                continue;
            }

            quoted ^= contentType[i] == '"';
            piece.Append(contentType[i]);
            if (quoted && contentType[i] == '\\' && i + 1 < contentType.Length)
            {
                piece.Append(contentType[++i]);
            }
        }

        pieces.Add(piece.ToString());
        return pieces;
    }

    private static (string Name, string Value) Parameter(string piece)
    {
        var equals = piece.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return (piece.Trim(), "");
        }

        var value = piece[(equals + 1)..].Trim();
        return (piece[..equals].Trim(), value is ['"', .. var inner, '"'] ? Unescape(inner) : value);
    }

    private static string Unescape(string quoted)
    {
        var text = new StringBuilder();
        for (var i = 0; i < quoted.Length; i++)
        {
            text.Append(quoted[i] == '\\' && i + 1 < quoted.Length ? quoted[++i] : quoted[i]);
        }

        return text.ToString();
    }
}
