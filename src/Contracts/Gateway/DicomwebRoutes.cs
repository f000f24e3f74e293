namespace Scanlock.Contracts.Gateway;

/// <summary>The gateway's DICOMweb paths (PS3.18): it stores, and answers nothing of what it holds.</summary>
public static class DicomwebRoutes
{
    /// <summary>What a PACS is given as the server's address.</summary>
    public const string Server = "/dicomweb/datasets/{dataset}";

    /// <summary>POST stores instances of any study (STOW-RS).</summary>
    public const string Studies = Server + "/studies";

    /// <summary>POST stores instances of this study only.</summary>
    public const string Study = Server + "/studies/{study}";

    /// <summary>Everything below, none of which is served.</summary>
    public const string All = "/dicomweb/{**path}";

    /// <summary>Query: the upload session a steward's objects are to count in; without it they count in the sender's own.</summary>
    public const string UploadQuery = "upload";

    /// <summary>Query, repeatable: the region or segment that counts, by its name; without it all do.</summary>
    public const string RegionQuery = "roi";

    /// <summary>Query: the objects are masks of the NIfTI volume whose file has this SHA-256.</summary>
    public const string VolumeQuery = "volume";
}

/// <summary>What a store transaction answers to <c>Accept: application/json</c>, the CLI's: an outcome for each part, in order.</summary>
/// <remarks>Shorter than what was sent where the request could not be read to its end; the rest was not taken.</remarks>
public sealed record UploadedObjects(IReadOnlyList<ObjectOutcome> Objects);
