using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Quarantine;

/// <summary>Puts objects into a gateway's quarantine, and asks what became of them.</summary>
internal static class KeptApart
{
    public static async Task<GatewayDb> OpenDbAsync(this Hospital hospital) =>
        await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();

    /// <summary>As it must be to be kept apart for this reason.</summary>
    public static byte[] Apart(this Phantom phantom, QuarantineCode code) => (code switch
    {
        QuarantineCode.Localizer => phantom with { ImageType = @"ORIGINAL\PRIMARY\LOCALIZER" },
        QuarantineCode.NotChest => phantom with { BodyPart = "KNEE" },
        QuarantineCode.NotCt => phantom with { Modality = "MR", SopClass = "1.2.840.10008.5.1.4.1.1.4" },
        QuarantineCode.DoseReport => phantom with { Modality = "SR", SopClass = "1.2.840.10008.5.1.4.1.1.88.67" },
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No phantom is like that."),
    }).ToDicom();

    /// <summary>Sends an object that is kept apart; its id.</summary>
    public static async Task<string> QuarantineAsync(this Hospital hospital, string dataset, string upload, Phantom phantom, QuarantineCode code)
    {
        var bytes = phantom.Apart(code);
        var outcome = (await hospital.SendObjectAsync(upload, bytes, dataset)).Outcome();
        Assert.Equal(("quarantined", QuarantineReason.Of(code).CodeName), (outcome.Outcome, outcome.Code));
        return hospital.KeyOf(dataset, bytes);
    }

    public static string KeyOf(this Hospital hospital, string dataset, byte[] bytes) =>
        hospital.Services.GetRequiredService<DatasetKeys>().Open(dataset).ObjectKey(Sha256Digest.Of(bytes));

    public static async Task<QuarantinePage> QuarantineOfAsync(this Hospital hospital, string dataset, string query = "") =>
        (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quarantine, dataset) + query, hospital.Steward)).As(ContractsJson.Strict.QuarantinePage);

    public static Task<Answer> ReleaseAsync(this Hospital hospital, string dataset, params IReadOnlyList<string> objects) =>
        hospital.DecideAsync(GatewayRoutes.ReleaseQuarantined, dataset, new(objects, null, All: false));

    public static Task<Answer> DeleteAsync(this Hospital hospital, string dataset, params IReadOnlyList<string> objects) =>
        hospital.DecideAsync(GatewayRoutes.DeleteQuarantined, dataset, new(objects, null, All: false));

    public static Task<Answer> DecideAsync(this Hospital hospital, string route, string dataset, QuarantineChoice choice, string? token = null) =>
        hospital.PostAsync(Routes.Fill(route, dataset), token ?? hospital.Steward, choice, ContractsJson.Strict.QuarantineChoice);

    /// <summary>Files of samples in the store.</summary>
    public static int Blobs(this Hospital hospital, string dataset) =>
        Path.Combine(hospital.State, "blobs", "samples", dataset) is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder).Length : 0;
}
