// Cedar (cedarpolicy.com) on the requests that Policy.Bench wrote: node cedar.cjs REQUESTS SECONDS.
// The policy below is policies/covid-ct.yaml in Cedar: one permit, and one forbid for each rule, so that a refusal names every rule too.
"use strict";
const fs = require("fs");
const cedar = require("@cedar-policy/cedar-wasm/nodejs");

const policy = `
permit (principal, action == Action::"access", resource == Dataset::"covid-ct");
forbid (principal, action, resource) unless { ["HMB", "DS"].contains(context.permission) };
forbid (principal, action, resource) unless { context.conditions.containsAny(["NPU", "NPUNCU"]) };
forbid (principal, action, resource) unless { principal.organisation == "unito" && principal.roles.contains("researcher") };
forbid (principal, action, resource) unless { ["IT"].contains(context.organisation_country) };
forbid (principal, action, resource) unless { ["IT"].contains(context.site_country) };
forbid (principal, action, resource) unless { ["demo-cluster"].contains(context.site) };
forbid (principal, action, resource) unless { ["TRAINER"].contains(context.trainer) };
forbid (principal, action, resource) unless { context.trials >= 1 && context.trials <= 1000 };
forbid (principal, action, resource) unless { context.parameters >= 1 && context.parameters <= 150000000 };
forbid (principal, action, resource) unless { context.epochs >= 1 && context.epochs <= 100 };
forbid (principal, action, resource) unless { context.progress_values >= 0 && context.progress_values <= 2000 };
forbid (principal, action, resource) unless { context.patients >= 20 };
forbid (principal, action, resource) unless { context.now < 1814400000 };
forbid (principal, action, resource) unless { context.approvals >= 1 };
`;

const requests = JSON.parse(fs.readFileSync(process.argv[2], "utf8")).requests;
const seconds = Number(process.argv[3]);
// The first request is one that our side allows, so its trainer is the permitted one.
const parsed = cedar.preparsePolicySet("covid-ct", { staticPolicies: policy.replace("TRAINER", requests[0].trainer) });
if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));

const calls = requests.map((request) => {
    const { id, person, organisation, allowed, ...context } = request;
    const principal = { type: "Person", id: person };
    return {
        principal,
        action: { type: "Action", id: "access" },
        resource: { type: "Dataset", id: "covid-ct" },
        context: { ...context, now: 1800000000 },
        preparsedPolicySetId: "covid-ct",
        validateRequest: false,
        entities: [{ uid: principal, attrs: { organisation, roles: ["researcher"] }, parents: [] }],
    };
});

const decide = (call) => {
    const answer = cedar.statefulIsAuthorized(call);
    if (answer.type !== "success" || answer.response.diagnostics.errors.length > 0) throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
};

const rounds = (length) => {
    const start = process.hrtime.bigint();
    const end = start + BigInt(Math.round(length * 1e9));
    let count = 0;
    while (process.hrtime.bigint() < end) {
        for (const call of calls) decide(call);
        count += calls.length;
    }
    return count / (Number(process.hrtime.bigint() - start) / 1e9);
};

const differing = requests.filter((request, index) => decide(calls[index]) !== request.allowed).map((request) => request.id);
rounds(seconds / 4);
console.log(JSON.stringify({ rate: rounds(seconds), differing, version: cedar.getCedarSDKVersion ? cedar.getCedarSDKVersion() : cedar.getCedarVersion() }));
