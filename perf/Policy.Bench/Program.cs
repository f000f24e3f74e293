using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Policy;

// Usage: Policy.Bench POLICY SECONDS. Decides on the same thousand requests over and over and prints one JSON object:
// decisions per second, and each request with its outcome, so that a peer can decide on the same.

var policy = PolicyLoader.Load(File.ReadAllBytes(args[0])) is PolicyLoad.Loaded loaded
    ? loaded.Policy
    : throw new InvalidOperationException($"{args[0]} is not a policy.");
var seconds = double.Parse(args[1], CultureInfo.InvariantCulture);
var now = policy.ExpiresAt.AddDays(-100);
var questions = Enumerable.Range(0, 1_000).Select(number => Question(policy, number)).ToList();
var outcomes = questions.Select(Decide).ToList();

Rounds(seconds / 4);
var rate = Rounds(seconds);

using var output = new Utf8JsonWriter(Console.OpenStandardOutput());
output.WriteStartObject();
output.WriteNumber("rate", rate);
output.WriteStartArray("requests");
foreach (var (question, outcome) in questions.Zip(outcomes))
{
    Write(output, question, outcome);
}

output.WriteEndArray();
output.WriteEndObject();

PolicyDecision Decide((AccessRequest Request, AccessFacts Facts) question) => Decisions.Decide(policy, question.Request, question.Facts, now);

double Rounds(double length)
{
    var clock = Stopwatch.StartNew();
    long count = 0;
    while (clock.Elapsed.TotalSeconds < length)
    {
        foreach (var question in questions)
        {
            _ = Decide(question);
        }

        count += questions.Count;
    }

    return count / clock.Elapsed.TotalSeconds;
}

// Every other request is allowed; the others break one rule each, in turn.
static (AccessRequest, AccessFacts) Question(PolicyDocument policy, int number)
{
    var broken = number % 2 == 0 ? -1 : number / 2 % 10;
    var other = Sha256Digest.Of("another trainer"u8);
    var request = new AccessRequest(
        Wire.Version,
        $"request-{number}",
        policy.Dataset,
        null,
        "bench",
        new Purpose(broken == 0 ? "GRU" : "HMB", broken == 1 ? [] : ["NPU"], null),
        broken == 2 ? "elsewhere" : policy.Sites[0],
        broken == 3 ? other : policy.Trainers[0],
        new SpecBounds(
            policy.Limits.Trials + (broken == 4 ? 1 : 0), policy.Limits.Parameters, policy.Limits.Epochs + (broken == 5 ? 1 : 0),
            policy.Limits.ProgressValues, []));
    var organisation = broken == 6 ? "acme" : policy.Who[0].Organisations[0];
    var facts = new AccessFacts(new Person("https://issuer.example", $"person-{number % 50}", organisation, [Roles.Researcher]))
    {
        OrganisationCountry = broken == 7 ? "US" : policy.Countries[0],
        SiteCountry = policy.Countries[0],
        Patients = broken == 8 ? 1 : policy.Minima.Patients,
        Approved = broken == 9 ? [] : [new Person("https://issuer.example", "reviewer", policy.Steward, [Roles.Reviewer])],
    };
    return (request, facts);
}

static void Write(Utf8JsonWriter output, (AccessRequest Request, AccessFacts Facts) question, PolicyDecision decision)
{
    var (request, facts) = question;
    output.WriteStartObject();
    output.WriteString("id", request.Id);
    output.WriteString("person", facts.Requester.Subject);
    output.WriteString("organisation", facts.Requester.Organisation);
    output.WriteString("permission", request.Purpose.Permission);
    output.WriteStartArray("conditions");
    foreach (var condition in request.Purpose.Conditions)
    {
        output.WriteStringValue(condition);
    }

    output.WriteEndArray();
    output.WriteString("site", request.Site);
    output.WriteString("trainer", request.Trainer.ToString());
    output.WriteString("organisation_country", facts.OrganisationCountry);
    output.WriteString("site_country", facts.SiteCountry);
    output.WriteNumber("trials", request.Bounds.Trials);
    output.WriteNumber("parameters", request.Bounds.Parameters);
    output.WriteNumber("epochs", request.Bounds.Epochs);
    output.WriteNumber("progress_values", request.Bounds.ProgressValues);
    output.WriteNumber("patients", facts.Patients ?? 0);
    output.WriteNumber("approvals", facts.Approved.Count);
    output.WriteBoolean("allowed", decision.Outcome == Outcome.Allow);
    output.WriteEndObject();
}
