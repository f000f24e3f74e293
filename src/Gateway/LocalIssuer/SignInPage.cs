using System.Text;
using System.Text.Encodings.Web;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>The issuer's one page: name, password, and what is being allowed. No script, no cookie, nothing from elsewhere.</summary>
internal static class SignInPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;color:#17212b;background:#eef2f5;display:grid;place-items:center;min-height:100vh;margin:0}
        main{background:#fff;padding:2rem 2.25rem;border-radius:12px;box-shadow:0 2px 18px #17212b1f;width:min(24rem,88vw)}
        h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:#4b5a68}label{display:block;margin:.75rem 0 .25rem;font-weight:600}
        input{width:100%;box-sizing:border-box;padding:.55rem .65rem;font:inherit;border:1px solid #b8c4ce;border-radius:7px}
        input:focus-visible,button:focus-visible{outline:3px solid #2a7de1;outline-offset:1px}
        .row{display:flex;gap:.75rem;margin-top:1.5rem}button{flex:1;padding:.6rem;font:inherit;font-weight:600;border:0;border-radius:7px;background:#0f5ea8;color:#fff;cursor:pointer}
        button.quiet{background:#e1e8ee;color:#17212b}.error{background:#fdecea;color:#8c1d13;padding:.5rem .75rem;border-radius:7px}
        """;

    /// <param name="hidden">Fields carried through the form.</param>
    /// <param name="askUserCode">Show the field for a device's code, filled with this; null for none.</param>
    public static string Form(string action, string client, string scope, IEnumerable<(string Name, string Value)> hidden, string? askUserCode, string? error)
    {
        var page = new StringBuilder();
        page.Append("<h1>Sign in to Scanlock</h1><p>").Append(Encode(client)).Append(" asks for ").Append(Encode(InWords(scope))).Append(".</p>");
        if (error is not null)
        {
            page.Append("<p class=error role=alert>").Append(Encode(error)).Append("</p>");
        }

        page.Append("<form method=post action=\"").Append(Encode(action)).Append("\">");
        foreach (var (name, value) in hidden)
        {
            page.Append("<input type=hidden name=\"").Append(Encode(name)).Append("\" value=\"").Append(Encode(value)).Append("\">");
        }

        if (askUserCode is not null)
        {
            page.Append("<label for=c>Code shown by the program</label><input id=c name=user_code autocomplete=off required value=\"").Append(Encode(askUserCode)).Append("\">");
        }

        page.Append("""
            <label for=u>User name</label><input id=u name=username autocomplete=username required autofocus>
            <label for=p>Password</label><input id=p name=password type=password autocomplete=current-password required>
            <div class=row><button name=decision value=allow>Sign in and allow</button><button class=quiet name=decision value=deny formnovalidate>Refuse</button></div></form>
            """);
        return Page("Sign in", page.ToString());
    }

    public static string Message(string title, string sentence) => Page(title, $"<h1>{Encode(title)}</h1><p>{Encode(sentence)}</p>");

    public static IResult Answer(HttpContext context, string html, int status = StatusCodes.Status200OK)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http://127.0.0.1:* http://[::1]:*; frame-ancestors 'none'; base-uri 'none'";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Content(html, "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    private static string Page(string title, string body) =>
        $"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{Encode(title)} · Scanlock</title><style>{Style}</style><main>{body}</main></html>";

    private static string InWords(string scope) => scope.Split(' ').Contains(Web.Identity.Persons.FullScope, StringComparer.Ordinal)
        ? "everything your roles allow"
        : "sending requests and reading results in your name";

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
