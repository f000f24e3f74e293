using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>What reviewers and stewards decide.</summary>
internal static class ReviewerWork
{
    public static Task<Answer> DecideAsync(this Hospital hospital, string route, string request, string token, string comment = "looked at it") =>
        hospital.PostAsync(Routes.Fill(route, request), token, new DecideRequest(comment), ContractsJson.Strict.DecideRequest);

    public static async Task<RequestView> ApproveAsync(this Hospital hospital, string request, string token) =>
        (await hospital.DecideAsync(GatewayRoutes.Approve, request, token)).As(ContractsJson.Strict.RequestView);

    public static async Task<RequestView> RevokeAsync(this Hospital hospital, string request) =>
        (await hospital.DecideAsync(GatewayRoutes.Revoke, request, hospital.Steward)).As(ContractsJson.Strict.RequestView);

    public static async Task<RequestView> RequestAsync(this Hospital hospital, string request, string token) =>
        (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Request, request), token)).As(ContractsJson.Strict.RequestView);

    public static async Task ReplacePolicyAsync(this Hospital hospital, string policy, string dataset = Hospital.Dataset) =>
        (await hospital.SendAsync(
            HttpMethod.Put, Routes.Fill(GatewayRoutes.Policy, dataset), hospital.Steward, new ReplacePolicy(policy), ContractsJson.Strict.ReplacePolicy))
        .As(ContractsJson.Strict.DatasetEntry);
}
