using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

/// <summary>When a session closes, and what goes on when it does not.</summary>
public sealed class SessionTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task A_sealing_that_is_refused_closes_no_session()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var (waiting, busy) = (await hospital.OpenUploadAsync(dataset), await hospital.OpenUploadAsync(dataset));
        await hospital.SendObjectAsync(waiting, Phantom.Of(1, 1).ToDicom(), dataset);
        hospital.Clock.Advance(TimeSpan.FromMinutes(2));
        await hospital.SendObjectAsync(busy, Phantom.Of(1, 2).ToDicom(), dataset);
        Assert.Contains(busy, (await hospital.SealAsync(dataset: dataset)).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal("stored", (await hospital.SendObjectAsync(waiting, Phantom.Of(1, 3).ToDicom(), dataset)).Outcome().Outcome);
        Assert.Equal((2, 1), ((await hospital.CloseUploadAsync(waiting, dataset)).Stored, (await hospital.CloseUploadAsync(busy, dataset)).Stored));
    }

    [Fact]
    public async Task A_session_with_an_object_on_its_way_is_in_use_however_long_that_takes()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom(), dataset);
        using (var coming = Begin(dataset, upload))
        {
            hospital.Clock.Advance(TimeSpan.FromMinutes(2));
            Assert.Contains(upload, (await hospital.SealAsync(dataset: dataset)).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        Assert.Equal("stored", (await hospital.SendObjectAsync(upload, Phantom.Of(1, 2).ToDicom(), dataset)).Outcome().Outcome);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Closing_waits_for_what_is_on_its_way_and_lets_nothing_begin_after()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom(), dataset);
        var coming = Begin(dataset, upload);
        var closing = hospital.CloseUploadAsync(upload, dataset);
        await Task.Delay(300);
        Assert.False(closing.IsCompleted);
        Assert.DoesNotContain(await hospital.LogAsync(), entry => entry.Act == Acts.DatasetUpload && entry.Subjects["upload"] == upload);
        coming.Dispose();
        Assert.Equal(1, (await closing).Stored);
        Assert.Equal("conflict", (await hospital.SendObjectAsync(upload, Phantom.Of(1, 2).ToDicom(), dataset)).Outcome().Code);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task A_session_whose_closing_the_log_refused_goes_on()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom(), dataset);
        using (Broken.Folder(Path.Combine(hospital.State, "audit")))
        {
            var answer = await hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.CloseUpload, dataset, upload), hospital.Steward);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        }

        await hospital.Services.GetRequiredService<RollingSessions>().CloseIdleAsync(CancellationToken.None);
        Assert.Equal("stored", (await hospital.SendObjectAsync(upload, Phantom.Of(1, 2).ToDicom(), dataset)).Outcome().Outcome);
    }

    private SessionsUnderWay.ObjectUnderWay Begin(string dataset, string upload)
    {
        var sessions = hospital.Services.GetRequiredService<SessionsUnderWay>();
        var sender = new Sender(dataset, "test", Token: null, upload);
        sessions.Open(sender, upload, nextOrdinal: 0);
        Assert.True(sessions.TryBegin(sender, out var begun));
        return begun;
    }
}
