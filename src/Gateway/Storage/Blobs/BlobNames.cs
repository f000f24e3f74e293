namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>How the gateway names its blobs. Headers lie apart from bodies, so that destroying them is one folder's work (P10).</summary>
public static class BlobNames
{
    /// <summary>The Crypt4GH body of a part: what is staged.</summary>
    public static string Body(string dataset, string part) => $"{Bodies(dataset)}/{part}";

    /// <summary>The Crypt4GH header of a part, for the gateway's storage key.</summary>
    public static string Header(string dataset, string part) => $"{Headers(dataset)}/{part}";

    /// <summary>A sample or a mask as intake returned it, a whole Crypt4GH file for the storage key.</summary>
    public static string Sample(string dataset, string blob) => $"{Samples(dataset)}/{blob}";

    /// <summary>An object as the worker de-identified it, likewise.</summary>
    public static string Rendition(string dataset, string blob) => $"{Renditions(dataset)}/{blob}";

    public static string Bodies(string dataset) => $"bodies/{dataset}";

    public static string Headers(string dataset) => $"headers/{dataset}";

    public static string Samples(string dataset) => $"samples/{dataset}";

    public static string Renditions(string dataset) => $"renditions/{dataset}";

    /// <summary>A sealed part of a job as its agent sent it.</summary>
    public static string Received(string job, string part) => $"{Results(job)}/received-{part}";

    /// <summary>A part as the gate wrote it anew, encrypted for the storage key until it is released.</summary>
    public static string Gated(string job, string part) => $"{Results(job)}/gated-{part}";

    public static string Results(string job) => $"results/{job}";

    /// <summary>What a check of the store writes and destroys.</summary>
    public const string Probe = "probe";

    internal static void Check(string name)
    {
        var fine = name.Split('/').All(segment => segment.Length is > 0 and <= 128 && segment[0] != '.'
            && segment.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_'));
        if (!fine)
        {
            throw new ArgumentException("A blob's name is made of lower-case letters, digits, '.', '-' and '_', in segments.", nameof(name));
        }
    }
}
