using System.Net;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>SIGKILL in the middle of requests; the PACS just sends again.</summary>
[Trait("promise", "P9")]
public sealed class KilledRequestTests
{
    [Fact]
    public async Task What_a_killed_gateway_left_is_whole_and_sending_again_completes_it_without_doubling()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var token = await hospital.CreateTokenAsync();
        await hospital.StopGatewayAsync();
        var objects = StewardWork.Phantoms(12).Select(phantom => (phantom with { Side = 128 }).ToDicom()).ToList();
        foreach (var stored in (int[])[1, 14])
        {
            await using var gateway = await GatewayProcess.StartAsync(hospital);
            await using var request = await OpenRequest.StartAsync(hospital, token);
            await request.SendAsync(Pacs.Bytes(objects)[..^1000]);
            await Wait.UntilAsync(
                "objects to be in", async () => await hospital.HeldAsync(Hospital.Dataset, objects) >= stored, TimeSpan.FromMinutes(3));
            await gateway.DisposeAsync();
        }

        await hospital.StartGatewayAsync();
        var before = await hospital.HeldAsync(Hospital.Dataset, objects);
        Assert.InRange(before, 14, objects.Count - 1);
        var answer = await hospital.StowAsync(token, objects);
        Assert.Equal((HttpStatusCode.OK, objects.Count), (answer.Status, answer.Stored.Count));
        Assert.Equal(objects.Count, await hospital.HeldAsync(Hospital.Dataset, objects));
        Assert.Equal(objects.Count, Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "samples", Hospital.Dataset)).Count());
        (await hospital.LabelAsync("patient", StewardWork.LabelsOf(StewardWork.Phantoms(12)))).As(Contracts.ContractsJson.Strict.LabelReport);
        Assert.Equal(objects.Count, (await hospital.SealAsync()).As(Contracts.ContractsJson.Strict.SealedVersion).Samples);
    }
}
