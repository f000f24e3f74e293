using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Gateways;

/// <summary>
/// The gateway's API as the broker uses it. Every call can be repeated; a call that fails on the way is, a few times, before
/// <see cref="GatewayReply{T}.Unavailable"/> says so.
/// </summary>
internal sealed class GatewayClient(GatewayCalls calls)
{
    /// <summary>Longest metrics file taken.</summary>
    private const int MaxMetricsBytes = 4 << 20;

    /// <summary>Asks for access in a person's name.</summary>
    public Task<GatewayReply<RequestView>> RequestAccessAsync(Gateway gateway, AccessRequest request, string personToken, CancellationToken cancellationToken) =>
        PostAsync(gateway, GatewayRoutes.Requests, request, ContractsJson.Strict.AccessRequest, ContractsJson.Strict.RequestView, Credential.Person(personToken), cancellationToken);

    /// <summary>A dataset's catalogue entry, as a person sees it.</summary>
    public Task<GatewayReply<DatasetEntry>> DatasetAsync(Gateway gateway, string dataset, string personToken, CancellationToken cancellationToken) =>
        SendAsync(gateway, HttpMethod.Get, Routes.Fill(GatewayRoutes.Dataset, dataset), null, ContractsJson.Strict.DatasetEntry, Credential.Person(personToken), cancellationToken);

    /// <summary>Asks for a job's model in a person's name.</summary>
    public Task<GatewayReply<RequestView>> RequestModelAsync(Gateway gateway, string job, string personToken, CancellationToken cancellationToken) =>
        SendAsync(gateway, HttpMethod.Post, Routes.Fill(GatewayRoutes.Release, job), null, ContractsJson.Strict.RequestView, Credential.Person(personToken), cancellationToken);

    public Task<GatewayReply<PermitView>> PermitAsync(Gateway gateway, string request, CancellationToken cancellationToken) =>
        SendAsync(gateway, HttpMethod.Get, Routes.Fill(GatewayRoutes.BrokerPermit, request), null, ContractsJson.Strict.PermitView, Credential.Broker, cancellationToken);

    /// <summary>Opens one ciphertext from an offset on.</summary>
    public Task<GatewayReply<GatewayDownload>> PartAsync(
        Gateway gateway, string dataset, int version, string part, string request, long offset, CancellationToken cancellationToken)
    {
        var path = $"{Routes.Fill(GatewayRoutes.BrokerPart, dataset, version.ToString(), part)}?permit={Uri.EscapeDataString(request)}";
        return calls.DownloadAsync(gateway, path, offset, cancellationToken);
    }

    public Task<GatewayReply<KeyAnswer>> KeysAsync(Gateway gateway, KeyExchange exchange, CancellationToken cancellationToken) =>
        PostAsync(gateway, GatewayRoutes.BrokerKeys, exchange, ContractsJson.Strict.KeyExchange, ContractsJson.Strict.KeyAnswer, Credential.Broker, cancellationToken);

    public Task<GatewayReply<bool>> ProgressAsync(Gateway gateway, ProgressReport report, CancellationToken cancellationToken) =>
        TellAsync(gateway, GatewayRoutes.BrokerProgress, report, ContractsJson.Strict.ProgressReport, cancellationToken);

    /// <summary>Puts a sealed part of a result; <paramref name="content"/> makes the body anew for each attempt.</summary>
    public Task<GatewayReply<bool>> PutResultPartAsync(Gateway gateway, string job, string part, Func<HttpContent> content, CancellationToken cancellationToken) =>
        calls.TellAsync(gateway, HttpMethod.Put, Routes.Fill(GatewayRoutes.BrokerResultPart, job, part), content, GatewayCalls.BulkTimeout, cancellationToken);

    public Task<GatewayReply<ResultView>> SubmitResultAsync(Gateway gateway, ResultSubmission submission, CancellationToken cancellationToken) =>
        PostAsync(gateway, GatewayRoutes.BrokerResults, submission, ContractsJson.Strict.ResultSubmission, ContractsJson.Strict.ResultView, Credential.Broker, cancellationToken);

    public Task<GatewayReply<ResultView>> ResultAsync(Gateway gateway, string job, CancellationToken cancellationToken) =>
        SendAsync(gateway, HttpMethod.Get, Routes.Fill(GatewayRoutes.BrokerResult, job), null, ContractsJson.Strict.ResultView, Credential.Broker, cancellationToken);

    /// <summary>The released metrics, as the gateway wrote them.</summary>
    public Task<GatewayReply<JsonElement>> MetricsAsync(Gateway gateway, string job, CancellationToken cancellationToken) =>
        calls.SendAsync(gateway, HttpMethod.Get, Routes.Fill(GatewayRoutes.BrokerResultMetrics, job), null, Credential.Broker, MaxMetricsBytes, Json, cancellationToken);

    /// <summary>Opens the released model.</summary>
    public Task<GatewayReply<GatewayDownload>> ModelAsync(Gateway gateway, string job, CancellationToken cancellationToken) =>
        calls.DownloadAsync(gateway, Routes.Fill(GatewayRoutes.BrokerResultModel, job), 0, cancellationToken);

    public Task<GatewayReply<bool>> ReceiptAsync(Gateway gateway, ReceiptSubmission submission, CancellationToken cancellationToken) =>
        TellAsync(gateway, GatewayRoutes.BrokerReceipts, submission, ContractsJson.Strict.ReceiptSubmission, cancellationToken);

    private Task<GatewayReply<bool>> TellAsync<T>(Gateway gateway, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        calls.TellAsync(gateway, HttpMethod.Post, path, () => Body(body, type), GatewayCalls.CallTimeout, cancellationToken);

    private Task<GatewayReply<TAnswer>> PostAsync<T, TAnswer>(
        Gateway gateway, string path, T body, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answer, Credential credential, CancellationToken cancellationToken)
        where TAnswer : class =>
        SendAsync(gateway, HttpMethod.Post, path, () => Body(body, type), answer, credential, cancellationToken);

    private Task<GatewayReply<TAnswer>> SendAsync<TAnswer>(
        Gateway gateway, HttpMethod method, string path, Func<HttpContent>? body, JsonTypeInfo<TAnswer> answer, Credential credential, CancellationToken cancellationToken)
        where TAnswer : class =>
        calls.SendAsync(gateway, method, path, body, credential, GatewayCalls.MaxAnswerBytes, bytes => Wire.Read(bytes.Span, answer), cancellationToken);

    private static ByteArrayContent Body<T>(T body, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static JsonElement Json(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new WireFormatException("Not a JSON document.", e);
        }
    }
}
