using System.Net.Http.Headers;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>What a steward does, in the steps tests are made of.</summary>
internal static class StewardWork
{
    public static async Task<DatasetEntry> CreateAsync(this Hospital hospital, string? policy = null, string dataset = Hospital.Dataset)
    {
        var answer = await hospital.PostAsync(
            GatewayRoutes.Datasets, hospital.Steward,
            new CreateDataset(dataset, "Chest CT", "Made up for tests.", policy ?? Policies.For(dataset)), ContractsJson.Strict.CreateDataset);
        return answer.As(ContractsJson.Strict.DatasetEntry);
    }

    public static async Task<string> OpenUploadAsync(this Hospital hospital, string dataset = Hospital.Dataset) =>
        (await hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.Uploads, dataset), hospital.Steward))
        .As(ContractsJson.Strict.UploadSession).Id;

    /// <summary>Sends one object into a session; what the gateway answers, which is a problem where it could not say what became of the object.</summary>
    public static async Task<Answer> SendObjectAsync(this Hospital hospital, string upload, byte[] bytes, string dataset = Hospital.Dataset)
    {
        using var body = Pacs.Multipart(bytes);
        var answer = await hospital.StowAsync(
            new AuthenticationHeaderValue("Bearer", hospital.Steward), $"{Pacs.Studies(dataset)}?{DicomwebRoutes.UploadQuery}={upload}", body, accept: "application/json");
        return new(answer.Status, answer.Body);
    }

    /// <summary>What the answer says became of its only object.</summary>
    public static ObjectOutcome Outcome(this Answer answer) => Assert.Single(Wire.Read(answer.Body, ContractsJson.Strict.UploadedObjects).Objects);

    public static async Task<UploadReport> CloseUploadAsync(this Hospital hospital, string upload, string dataset = Hospital.Dataset) =>
        (await hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.CloseUpload, dataset, upload), hospital.Steward))
        .As(ContractsJson.Strict.UploadReport);

    public static async Task<UploadReport> UploadAsync(this Hospital hospital, IEnumerable<byte[]> objects, string dataset = Hospital.Dataset)
    {
        var upload = await hospital.OpenUploadAsync(dataset);
        foreach (var bytes in objects)
        {
            (await hospital.SendObjectAsync(upload, bytes, dataset)).Outcome();
        }

        return await hospital.CloseUploadAsync(upload, dataset);
    }

    public static Task<Answer> LabelAsync(this Hospital hospital, string keyKind, IEnumerable<LabelAssignment> rows, string name = "covid", string dataset = Hospital.Dataset) =>
        hospital.PostAsync(
            Routes.Fill(GatewayRoutes.Labels, dataset), hospital.Steward,
            new LabelUpload(name, keyKind, [.. rows]), ContractsJson.Strict.LabelUpload);

    public static Task<Answer> SealAsync(this Hospital hospital, bool leaveOutUnlabelled = false, string dataset = Hospital.Dataset) =>
        hospital.PostAsync(
            Routes.Fill(GatewayRoutes.Versions, dataset), hospital.Steward, new SealVersion(leaveOutUnlabelled), ContractsJson.Strict.SealVersion);

    /// <summary>A dataset of so many patients with two slices each, the odd ones with finding 1, sealed.</summary>
    public static async Task<SealedVersion> SealPhantomsAsync(this Hospital hospital, int patients = 6, string? policy = null, string dataset = Hospital.Dataset)
    {
        await hospital.CreateAsync(policy, dataset);
        var phantoms = Phantoms(patients);
        await hospital.UploadAsync(phantoms.Select(phantom => phantom.ToDicom()), dataset);
        (await hospital.LabelAsync("patient", LabelsOf(phantoms), dataset: dataset)).As(ContractsJson.Strict.LabelReport);
        return (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion);
    }

    public static IReadOnlyList<Phantom> Phantoms(int patients) =>
        [.. Enumerable.Range(1, patients).SelectMany(patient => Enumerable.Range(1, 2).Select(slice => Phantom.Of(patient, slice)))];

    public static IEnumerable<LabelAssignment> LabelsOf(IEnumerable<Phantom> phantoms) =>
        phantoms.Select(phantom => phantom.Patient).Distinct().Select((patient, i) => new LabelAssignment(patient, $"{i % 2}", null));

    public static Task<Answer> WithdrawAsync(this Hospital hospital, string dataset = Hospital.Dataset) =>
        hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.Withdraw, dataset), hospital.Steward);
}
