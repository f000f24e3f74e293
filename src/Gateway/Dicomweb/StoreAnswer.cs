using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>A store report in the media type its reader asked for.</summary>
internal sealed class StoreAnswer(StoreReport report, string mediaType) : IResult
{
    public const string DicomJson = "application/dicom+json";
    private const string DicomXml = "application/dicom+xml";

    /// <summary>Not the standard's: an outcome for each part, in order, for the CLI.</summary>
    private const string OwnJson = "application/json";
    private static readonly string[] s_offered = [DicomJson, DicomXml, OwnJson];

    /// <summary>The media type that an Accept header likes best; null where it takes none of them.</summary>
    public static string? Choose(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept))
        {
            return DicomJson;
        }

        return MediaTypeHeaderValue.TryParseList(accept.OfType<string>().ToList(), out var ranges)
            ? s_offered.Select(offered => (Offered: offered, Quality: QualityOf(offered, ranges))).Where(choice => choice.Quality > 0)
                .OrderByDescending(choice => choice.Quality).Select(choice => choice.Offered).FirstOrDefault()
            : null;
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = mediaType switch
        {
            DicomJson => DicomMedia.Json(StoreResponse.Of(report)),
            DicomXml => DicomMedia.Xml(StoreResponse.Of(report)),
            _ => JsonSerializer.SerializeToUtf8Bytes(new UploadedObjects([.. report.Parts.Select(part => part.Outcome)]), ContractsJson.Strict.UploadedObjects),
        };
        httpContext.Response.StatusCode = report.Status;
        httpContext.Response.ContentType = mediaType;
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }

    /// <summary>What the most specific range that covers it says of it (RFC 9110 12.5.1).</summary>
    private static double QualityOf(string offered, IList<MediaTypeHeaderValue> ranges)
    {
        var covering = ranges.Where(range => Covers(range, offered))
            .OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes).FirstOrDefault();
        return covering is null ? 0 : covering.Quality ?? 1;
    }

    private static bool Covers(MediaTypeHeaderValue range, string offered) =>
        range.MatchesAllTypes
        || range.MediaType.Equals(offered, StringComparison.OrdinalIgnoreCase)
        || (range.MatchesAllSubTypes && offered.StartsWith($"{range.Type}/", StringComparison.OrdinalIgnoreCase));
}
