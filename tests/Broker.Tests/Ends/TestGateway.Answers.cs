using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Tests.Ends;

/// <content>What it answers, and remembers of the question.</content>
internal sealed partial class TestGateway
{
    private async Task<IResult> RequestAsync(HttpContext context)
    {
        if (!IsPerson(context))
        {
            return TypedResults.StatusCode(401);
        }

        var request = (await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJson.Strict.AccessRequest))!;
        Requests.Enqueue(request);
        return Decision == RequestStates.Denied ? Denial("purposes") : TypedResults.Ok(new RequestView(
            request.Id, "access", request.Dataset, Decision, new(Url, "alice", "unito", ["researcher"]), request.Project, request, null, 1, [], Why(), DateTimeOffset.UnixEpoch));
    }

    private IReadOnlyList<Reason> Why() => Decision switch
    {
        RequestStates.Allowed => [],
        RequestStates.Pending => [new("approvals", 9, "needs-approval", "One reviewer must agree.")],
        _ => [new(Decision, 0, "deny", $"It is {Decision}.")],
    };

    private IResult PermitAnswer(string id)
    {
        var request = Requests.LastOrDefault(request => request.Id == id);
        return request is null
            ? TypedResults.Problem("There is no such request.", statusCode: 404)
            : TypedResults.Ok(Decision == RequestStates.Allowed
                ? new PermitView(Decision, [], Permit(request).Compact, Manifest().Compact)
                : new PermitView(Decision, Why(), null, null));
    }

    private IResult PartAnswer(string part, HttpContext context)
    {
        var from = context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0;
        Served.Enqueue((part, from));
        return Decision != RequestStates.Allowed ? Denial("revoked")
            : BreakOffBefore.TryGetValue(part, out var end) ? new BrokenAnswer(Parts[part], (int)from, end, BeforeBreak)
            : TypedResults.Bytes(Altered.GetValueOrDefault(part) ?? Parts[part], enableRangeProcessing: true);
    }

    private IResult KeysAnswer(KeyExchange exchange)
    {
        Seen(exchange.Job);
        var request = StatementKinds.KeyRequest.ReadUnverified(exchange.Request);
        return RefuseKeys(request.Value.Sequence) ? Denial("revoked") : TypedResults.Ok(new KeyAnswer(Releases.GetOrAdd(
            request.Digest,
            _ => (request.Value.Sequence, StatementKinds.KeyRelease.Sign(new(1, request.Digest, [], 900, DateTimeOffset.UnixEpoch), Key).Compact)).Answer));
    }

    private IResult ProgressAnswer(ProgressReport report)
    {
        Seen(report.Job);
        if (RefuseProgress)
        {
            return Denial("progress");
        }

        foreach (var compact in report.Progress)
        {
            var said = StatementKinds.Progress.ReadUnverified(compact);
            Progress.AddOrUpdate(said.Digest, 1, (_, before) => before + 1);
        }

        return TypedResults.NoContent();
    }

    private async Task<IResult> ResultPartAsync(string job, string part, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return AsBroker(context, () =>
        {
            ResultParts[$"{job}/{part}"] = body.ToArray();
            return TypedResults.NoContent();
        });
    }

    private IResult ResultAnswer(ResultSubmission submission)
    {
        var job = Seen(submission.Job);
        var bundle = StatementKinds.ResultBundle.ReadUnverified(submission.Bundle).Value;
        if (Sha256Digest.Of(ResultParts[$"{job}/metrics"]) != bundle.Metrics.Ciphertext || Sha256Digest.Of(ResultParts[$"{job}/model"]) != bundle.Model.Ciphertext)
        {
            return TypedResults.Problem("A part is not the bundle's.", statusCode: 409);
        }

        Results[job] = submission.Bundle;
        return TypedResults.Ok(View(job.ToString()));
    }

    private ResultView View(string job) => new(job, Dataset, MetricsState, ModelState, Model.Length, ["checked for names"],
        MetricsState == ResultStates.Refused ? [new("egress", 30, "deny", "The metrics hold a number that is none.")] : []);

    private IResult ReleaseAnswer(string job)
    {
        if (ReleaseDecision == RequestStates.Denied)
        {
            return Denial("egress");
        }

        ModelState = ReleaseDecision == RequestStates.Allowed ? ResultStates.Released : ResultStates.Review;
        return TypedResults.Ok(new RequestView(
            Guid.NewGuid().ToString(), "release", Dataset, ReleaseDecision, new(Url, "alice", "unito", ["researcher"]), "p", null, job, 1, [], [], DateTimeOffset.UnixEpoch));
    }

    private static ProblemHttpResult Denial(string rule) => TypedResults.Problem("The policy says no.", statusCode: 403, extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["reasons"] = JsonSerializer.SerializeToElement(
            [new Reason(rule, 7, "deny", $"Denied by {rule}."), new Reason("sites", 8, "deny", "Denied by sites.")], ContractsJson.Strict.IReadOnlyListReason),
    });
}
