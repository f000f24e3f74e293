using System.Security.Claims;
using Scanlock.Contracts.Access;
using Scanlock.Web.Identity;

namespace Scanlock.Web.Tests.Identity;

public sealed class IssuerOptionsTests
{
    private static readonly IssuerOptions s_issuer = new("https://login.unito.example", ["unito", "polito"], [Roles.Researcher]);

    [Fact]
    public void An_issuer_speaks_for_its_organisations_only()
    {
        Assert.Null(PersonAuthentication.Read(Token(("sub", "7"), ("organisation", "saint-brannoch"), ("roles", "researcher")), s_issuer));
        Assert.Null(PersonAuthentication.Read(Token(("sub", "7"), ("roles", "researcher")), s_issuer));
        Assert.Null(PersonAuthentication.Read(Token(("organisation", "unito")), s_issuer));
        var person = PersonAuthentication.Read(Token(("sub", "7"), ("organisation", "unito"), ("roles", "researcher")), s_issuer)!.ToPerson();
        Assert.Equal(("https://login.unito.example", "7", "unito"), (person.Issuer, person.Subject, person.Organisation));
    }

    [Fact]
    public void An_issuer_gives_its_roles_only()
    {
        var person = PersonAuthentication.Read(Token(("sub", "7"), ("organisation", "unito"), ("roles", "steward"), ("roles", "researcher")), s_issuer)!.ToPerson();
        Assert.Equal([Roles.Researcher], person.Roles);
    }

    [Fact]
    public void An_issuer_of_one_organisation_need_not_name_it()
    {
        var person = PersonAuthentication.Read(Token(("sub", "7")), s_issuer with { Organisations = ["unito"] })!.ToPerson();
        Assert.Equal("unito", person.Organisation);
    }

    [Fact]
    public void Every_fault_of_an_issuer_is_named()
    {
        var problems = new IssuerOptions("http://login.example", [], ["king"]).Problems().ToList();
        Assert.Collection(
            problems,
            problem => Assert.Contains("plain HTTP", problem, StringComparison.Ordinal),
            problem => Assert.Contains("no organisation", problem, StringComparison.Ordinal),
            problem => Assert.Contains("'king'", problem, StringComparison.Ordinal));
    }

    private static ClaimsPrincipal Token(params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), "test"));
}
