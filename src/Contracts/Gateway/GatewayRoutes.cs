namespace Scanlock.Contracts.Gateway;

/// <summary>Paths of the gateway's API, so that server, broker and CLI cannot drift apart. Braces are route parameters.</summary>
public static class GatewayRoutes
{
    public const string Health = "/healthz";
    public const string Identity = "/api/v1/identity";

    public const string Datasets = "/api/v1/datasets";
    public const string Dataset = "/api/v1/datasets/{dataset}";
    public const string Policy = "/api/v1/datasets/{dataset}/policy";

    /// <summary>POST opens a session, into which objects are stored by <see cref="DicomwebRoutes.Studies"/>.</summary>
    public const string Uploads = "/api/v1/datasets/{dataset}/uploads";
    public const string KnownObjects = "/api/v1/datasets/{dataset}/known-objects";
    public const string CloseUpload = "/api/v1/datasets/{dataset}/uploads/{upload}/close";

    /// <summary>POST makes an upload token, GET lists the dataset's.</summary>
    public const string UploadTokens = "/api/v1/datasets/{dataset}/upload-tokens";

    /// <summary>POST ends the token at once, also for requests under way.</summary>
    public const string RevokeUploadToken = "/api/v1/datasets/{dataset}/upload-tokens/{token}/revoke";

    /// <summary>POST destroys all that came by the token and is in no sealed version.</summary>
    public const string DropUploads = "/api/v1/datasets/{dataset}/upload-tokens/{token}/drop";

    /// <summary>GET lists what is kept apart; queries <c>code</c>, <c>after</c> (a page's <c>next</c>) and <c>limit</c>.</summary>
    public const string Quarantine = "/api/v1/datasets/{dataset}/quarantine";
    public const string ReleaseQuarantined = "/api/v1/datasets/{dataset}/quarantine/release";
    public const string DeleteQuarantined = "/api/v1/datasets/{dataset}/quarantine/delete";

    /// <summary>GET judges the quality of every series.</summary>
    public const string Quality = "/api/v1/datasets/{dataset}/quality";

    /// <summary>POST shows one sample: each time is in the log.</summary>
    public const string Preview = "/api/v1/datasets/{dataset}/preview";
    public const string Labels = "/api/v1/datasets/{dataset}/labels";

    /// <summary>POST seals a version.</summary>
    public const string Versions = "/api/v1/datasets/{dataset}/versions";

    /// <summary>GET says what is archived of a version: <see cref="SignedArchive"/>.</summary>
    public const string Archive = "/api/v1/datasets/{dataset}/versions/{version}/archive";

    /// <summary>GET one part of it, decrypted, as a tar.</summary>
    public const string ArchivePart = "/api/v1/datasets/{dataset}/versions/{version}/archive/{part}";
    public const string Withdraw = "/api/v1/datasets/{dataset}/withdraw";

    public const string Requests = "/api/v1/requests";
    public const string Request = "/api/v1/requests/{request}";
    public const string Approve = "/api/v1/requests/{request}/approve";
    public const string Deny = "/api/v1/requests/{request}/deny";

    /// <summary>POST withdraws an allowed request: its permit opens nothing from then on.</summary>
    public const string Revoke = "/api/v1/requests/{request}/revoke";

    public const string Results = "/api/v1/results";
    public const string Result = "/api/v1/results/{job}";
    public const string ResultMetrics = "/api/v1/results/{job}/metrics";
    public const string ResultModel = "/api/v1/results/{job}/model";

    /// <summary>POST asks for the model; answers a request of kind <c>release</c>.</summary>
    public const string Release = "/api/v1/results/{job}/release";

    public const string BrokerPermit = "/api/v1/broker/permits/{request}";

    /// <summary>GET one ciphertext of a dataset version; query <c>permit</c> names the request it is for. Ranges are served.</summary>
    public const string BrokerPart = "/api/v1/broker/datasets/{dataset}/versions/{version}/parts/{part}";
    public const string BrokerKeys = "/api/v1/broker/keys";
    public const string BrokerProgress = "/api/v1/broker/progress";

    /// <summary>PUT a sealed part (<c>metrics</c> or <c>model</c>) of a job, then POST the bundle to <see cref="BrokerResults"/>.</summary>
    public const string BrokerResultPart = "/api/v1/broker/results/{job}/parts/{part}";
    public const string BrokerResults = "/api/v1/broker/results";
    public const string BrokerResult = "/api/v1/broker/results/{job}";
    public const string BrokerResultMetrics = "/api/v1/broker/results/{job}/metrics";
    public const string BrokerResultModel = "/api/v1/broker/results/{job}/model";
    public const string BrokerReceipts = "/api/v1/broker/receipts";

    /// <summary>The log's files, as C2SP tlog-tiles lays them out, below this path.</summary>
    public const string Audit = "/audit";
}
