using Scanlock.Contracts.Access;

namespace Scanlock.Gateway.Access;

/// <summary>Persons as requests and approvals keep them.</summary>
internal static class PersonColumns
{
    public static Person Requester(this RequestRow request) =>
        new(request.Issuer, request.Subject, request.Organisation, Split(request.Roles));

    public static Person Person(this ApprovalRow approval) =>
        new(approval.Issuer, approval.Subject, approval.Organisation, Split(approval.Roles));

    public static string JoinRoles(this Person person) => string.Join(' ', person.Roles);

    /// <summary>The same human as far as anyone can tell: issuer and subject.</summary>
    public static bool Is(this RequestRow request, Person person) => request.Issuer == person.Issuer && request.Subject == person.Subject;

    private static string[] Split(string roles) => roles.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
