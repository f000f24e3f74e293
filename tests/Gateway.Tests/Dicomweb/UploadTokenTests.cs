using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>What lets a PACS in, and keeps it in its place.</summary>
public sealed class UploadTokenTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task A_token_is_told_once_and_kept_as_a_hash()
    {
        var token = await pacs.NewDatasetAsync();
        Assert.StartsWith("slu_", token.Secret, StringComparison.Ordinal);
        Assert.Equal(UploadTokenStates.Active, token.Token.State);
        Assert.Equal(90, (token.Token.ExpiresAt - token.Token.CreatedAt).TotalDays);
        var list = await hospital.GetAsync(Routes.Fill(GatewayRoutes.UploadTokens, token.Token.Dataset), hospital.Steward);
        Assert.DoesNotContain(token.Secret, list.Text, StringComparison.Ordinal);
        Assert.Contains(token.Token.Id, list.Text, StringComparison.Ordinal);
        await using var db = await Database().CreateDbContextAsync();
        var row = await db.UploadTokens.SingleAsync(kept => kept.Id == token.Token.Id);
        Assert.Equal(Sha256Digest.Of(Encoding.ASCII.GetBytes(token.Secret)).ToString(), row.Hash);
        var entry = Assert.Single(await LogAsync(token.Token.Dataset), logged => logged.Act == Acts.TokenCreate);
        Assert.Equal(token.Token.Id, entry.Subjects["token"]);
    }

    [Theory]
    [InlineData("", 90)]
    [InlineData("PACS", 0)]
    [InlineData("PACS", 366)]
    public async Task A_token_without_name_or_end_is_not_made(string name, int days)
    {
        var token = await pacs.NewDatasetAsync();
        var answer = await hospital.PostAsync(
            Routes.Fill(GatewayRoutes.UploadTokens, token.Token.Dataset), hospital.Steward, new CreateUploadToken(name, days), ContractsJson.Strict.CreateUploadToken);
        answer.Problem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_the_datasets_stewards_make_end_and_see_tokens()
    {
        var token = await pacs.NewDatasetAsync();
        var stranger = hospital.Token("steve", "elsewhere", Roles.Steward);
        var route = Routes.Fill(GatewayRoutes.UploadTokens, token.Token.Dataset);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(route, stranger)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(route, hospital.Reviewer)).Status);
        var revoke = Routes.Fill(GatewayRoutes.RevokeUploadToken, token.Token.Dataset, token.Token.Id);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.SendAsync(HttpMethod.Post, revoke, stranger)).Status);
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom())).Status);
    }

    [Fact]
    public async Task Many_a_PACS_knows_passwords_only()
    {
        var token = await pacs.NewDatasetAsync();
        var basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"orthanc:{token.Secret}")));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(basic, Pacs.Studies(token.Token.Dataset), Body())).Status);
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task A_token_opens_nothing_but_the_store_of_its_own_dataset()
    {
        var (token, other) = (await pacs.NewDatasetAsync(), await pacs.NewDatasetAsync());
        var who = new AuthenticationHeaderValue("Bearer", token.Secret);
        var elsewhere = await hospital.StowAsync(who, Pacs.Studies(other.Token.Dataset), Body());
        var nowhere = await hospital.StowAsync(who, Pacs.Studies("no-such"), Body());
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.Status);
        Assert.Equal(Detail(nowhere).Replace("no-such", other.Token.Dataset, StringComparison.Ordinal), Detail(elsewhere));
        Assert.Equal(HttpStatusCode.NotFound, nowhere.Status);
        foreach (var path in new[] { GatewayRoutes.Datasets, Routes.Fill(GatewayRoutes.Dataset, token.Token.Dataset), Routes.Fill(GatewayRoutes.UploadTokens, token.Token.Dataset) })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(path, token.Secret)).Status);
        }

        var upload = await hospital.OpenUploadAsync(token.Token.Dataset);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.StowAsync(who, $"{Pacs.Studies(token.Token.Dataset)}?upload={upload}", Body())).Status);
    }

    [Fact]
    public async Task Wrong_tokens_are_refused_and_those_who_go_on_trying_must_wait_while_right_ones_pass()
    {
        // The addresses of this hospital's callers are counted, so it is one of its own.
        await using var guessed = await Hospital.StartAsync();
        await guessed.CreateAsync();
        var token = await guessed.CreateTokenAsync();
        var wrong = token.Secret[..^1] + (token.Secret[^1] == 'A' ? 'B' : 'A');
        var first = await guessed.StowAsync(new("Bearer", wrong), Pacs.Studies(Hospital.Dataset), Body());
        Assert.Equal(HttpStatusCode.Unauthorized, first.Status);
        Assert.Contains(first.Headers.WwwAuthenticate, challenge => challenge.Scheme == "Basic");
        var last = first;
        for (var i = 0; i < FailedAttempts.MostInAMinute; i++)
        {
            last = await guessed.StowAsync(new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"x:{wrong}"))), Pacs.Studies(Hospital.Dataset), Body());
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last.Status);
        Assert.NotNull(last.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await guessed.StowAsync(token, Phantom.Of(1, 1).ToDicom())).Status);
    }

    [Fact]
    public async Task Expired_and_revoked_tokens_let_nobody_in()
    {
        await using var later = await Hospital.StartAsync();
        await later.CreateAsync();
        var (brief, revoked) = (await later.CreateTokenAsync(days: 1), await later.CreateTokenAsync());
        Assert.Equal(UploadTokenStates.Revoked, (await later.RevokeAsync(revoked)).As(ContractsJson.Strict.UploadTokenView).State);
        Assert.Equal(HttpStatusCode.OK, (await later.RevokeAsync(revoked)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.StowAsync(revoked, Phantom.Of(1, 1).ToDicom())).Status);
        Assert.Equal(HttpStatusCode.OK, (await later.StowAsync(brief, Phantom.Of(1, 1).ToDicom())).Status);
        later.Clock.Advance(TimeSpan.FromDays(1.1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.StowAsync(brief, Phantom.Of(1, 2).ToDicom())).Status);
        Assert.Single(await later.LogAsync(), logged => logged.Act == Acts.TokenRevoke);
    }

    [Fact]
    public async Task Revoking_stops_a_request_that_is_under_way_at_its_next_object()
    {
        var token = await pacs.NewDatasetAsync();

        // The host ends a request whose bytes were few for the time it was waited for; the first is large enough for minutes.
        var (first, second) = (Phantom.Of(1, 1) with { Side = 256 }, Phantom.Of(1, 2));
        await using var open = await OpenRequest.StartAsync(hospital, token);
        await open.SendAsync(Pacs.Bytes([first.ToDicom()])[..^($"--{Pacs.Boundary}--\r\n".Length)]);
        await open.SendAsync(Encoding.ASCII.GetBytes($"--{Pacs.Boundary}\r\nContent-Type: application/dicom\r\n\r\n"));
        await Testing.Wait.UntilAsync(
            "the first object to be in", async () => await hospital.HeldAsync(token.Token.Dataset, first.ToDicom()) == 1, TimeSpan.FromSeconds(60));
        await hospital.RevokeAsync(token);
        await open.SendAsync(second.ToDicom());
        await open.SendAsync(Encoding.ASCII.GetBytes($"\r\n--{Pacs.Boundary}--\r\n"));
        var answer = await open.AnswerAsync();
        Assert.Contains("202", answer, StringComparison.Ordinal);
        Assert.Contains(first.Sop, answer, StringComparison.Ordinal);
        Assert.Contains($"{0x0124}", answer, StringComparison.Ordinal);
        Assert.Equal(0, await hospital.HeldAsync(token.Token.Dataset, second.ToDicom()));
    }

    [Fact]
    public async Task The_last_use_is_kept()
    {
        var token = await pacs.NewDatasetAsync();
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom());
        var list = await hospital.GetAsync(Routes.Fill(GatewayRoutes.UploadTokens, token.Token.Dataset), hospital.Steward);
        var view = Assert.Single(Wire.Read(list.Body, ContractsJson.Strict.IReadOnlyListUploadTokenView));
        Assert.NotNull(view.LastUsedAt);
    }

    private static HttpContent Body() => Pacs.Multipart(Phantom.Of(1, 1).ToDicom());

    private IDbContextFactory<GatewayDb> Database() => hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>();

    private static string Detail(StowAnswer answer) => System.Text.Json.JsonDocument.Parse(answer.Body).RootElement.GetProperty("detail").GetString()!;

    private async Task<List<Contracts.Audit.AuditEntry>> LogAsync(string dataset) =>
        (await hospital.LogAsync()).FindAll(entry => entry.Subjects.GetValueOrDefault("dataset") == dataset);
}
