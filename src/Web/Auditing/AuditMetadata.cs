using Microsoft.AspNetCore.Builder;

namespace Scanlock.Web.Auditing;

/// <summary>Says of an endpoint which act it appends to the audit log. Every endpoint carries this or <see cref="NotAuditedMetadata"/>.</summary>
public sealed record AuditedMetadata(string Act);

/// <summary>Says of an endpoint why it appends nothing.</summary>
public sealed record NotAuditedMetadata(string Reason);

public static class AuditMetadataExtensions
{
    public static TBuilder Audited<TBuilder>(this TBuilder builder, string act)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new AuditedMetadata(act)));
        return builder;
    }

    public static TBuilder NotAudited<TBuilder>(this TBuilder builder, string reason)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new NotAuditedMetadata(reason)));
        return builder;
    }
}
