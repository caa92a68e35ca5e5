using System.Text;
using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>
/// What a person sees of an HTML mail, as plain text. Nothing is loaded or run. Text that is hidden (from styles, attributes,
/// comments) is left out: it is meant for filters and for models, not for a reader.
/// </summary>
internal sealed partial record HtmlText(string Text, bool HadHiddenText)
{
    // Nesting beyond this is an attack on the stack, not a letter.
    private const int MaxDepth = 400;
    private const int MaxLinkLength = 200;

    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "head", "title", "template", "noscript", "object", "embed", "iframe", "svg", "math", "canvas", "audio",
        "video", "select", "option", "datalist", "input", "button", "textarea", "img", "map",
    };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "center", "div", "dl", "dd", "dt", "fieldset", "figure", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    };

    public static HtmlText Of(string html)
    {
        using var document = new HtmlParser(new HtmlParserOptions { IsScripting = false }, BrowsingContext.New(Configuration.Default)).ParseDocument(html);
        var hidden = HiddenByStyleSheet(document);
        var writer = new Writer(hidden);
        if (document.Body is { } body)
            writer.Write(body, depth: 0);
        return new(writer.Text, writer.SawHidden);
    }

    private static HashSet<IElement> HiddenByStyleSheet(IDocument document)
    {
        var hidden = new HashSet<IElement>();
        foreach (var sheet in document.QuerySelectorAll("style"))
        {
            // Rules for certain screens hide what others show, so only the plain rules count.
            var css = AtRule().Replace(Comment().Replace(sheet.TextContent, ""), "");
            foreach (Match rule in Rule().Matches(css))
            {
                if (!IsHiding(rule.Groups["declarations"].Value))
                    continue;

                try
                {
                    hidden.UnionWith(document.QuerySelectorAll(rule.Groups["selector"].Value.Trim()));
                }
                catch (DomException)
                {
                    // A selector that no browser understands hides nothing.
                }
            }
        }

        return hidden;
    }

    private static bool IsHiding(string declarations)
    {
        foreach (var declaration in declarations.Split(';'))
        {
            var colon = declaration.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;

            var name = declaration[..colon].Trim().ToLowerInvariant();
            var value = declaration[(colon + 1)..].Replace("!important", "", StringComparison.OrdinalIgnoreCase)
                .Replace(" ", "", StringComparison.Ordinal).Trim().ToLowerInvariant();
            var hiding = name switch
            {
                "display" => value is "none",
                "visibility" => value is "hidden" or "collapse",
                "mso-hide" => value is "all",
                "opacity" or "font-size" or "max-height" or "max-width" => IsZeroOrTiny(value),
                "color" => value is "white" or "#fff" or "#ffffff" or "transparent" or "rgb(255,255,255)",
                "text-indent" or "left" or "top" or "margin-left" => value.StartsWith('-') && Digits(value) >= 999,
                _ => false,
            };
            // White text is a common look on a coloured ground: only without a ground of its own is it hidden.
            if (hiding && !(name is "color" && declarations.Contains("background", StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }

    private static bool IsZeroOrTiny(string value) => TinyLength().IsMatch(value);

    private static int Digits(string value) => int.TryParse(string.Concat(value.Where(char.IsAsciiDigit).Take(6)), out var number) ? number : 0;

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@[^{};]*(;|\{([^{}]*\{[^{}]*\})*[^{}]*\})", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AtRule();

    [GeneratedRegex(@"(?<selector>[^{}]+)\{(?<declarations>[^{}]*)\}", RegexOptions.Singleline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^(0*(\.0\d*)?|0*\.?0+|[01](\.\d+)?px|0(\.\d+)?(pt|em|rem))(px|pt|em|rem|%|vh|vw)?$")]
    private static partial Regex TinyLength();

    private sealed class Writer(HashSet<IElement> hiddenByStyleSheet)
    {
        private readonly StringBuilder text = new();
        private string linePrefix = "";
        private bool atLineStart = true;
        private bool pendingSpace;
        private int pendingBreaks;

        public bool SawHidden { get; private set; }

        public string Text => text.ToString();

        public void Write(INode node, int depth)
        {
            if (depth > MaxDepth)
                return;

            switch (node)
            {
                case IText words:
                    Words(words.Data, IsPreformatted(words));
                    break;
                case IElement element when !Dropped.Contains(element.LocalName):
                    if (IsHidden(element))
                        SawHidden |= !string.IsNullOrWhiteSpace(element.TextContent);
                    else
                        Element(element, depth);
                    break;
                default:
                    break;
            }
        }

        private void Element(IElement element, int depth)
        {
            var name = element.LocalName;
            if (name is "br")
            {
                Break(1, add: true);
                return;
            }

            var block = Blocks.Contains(name);
            var outerPrefix = linePrefix;
            if (block)
                Break(name is "p" or "blockquote" or "table" or "ul" or "ol" or "h1" or "h2" or "h3" ? 2 : 1);
            if (name is "blockquote")
                linePrefix += "> ";
            if (name is "li")
                Words("- ", preformatted: true);
            if (name is "td" or "th" && !atLineStart)
                Words("  ", preformatted: true);

            foreach (var child in element.ChildNodes)
                Write(child, depth + 1);

            if (name is "a")
                Link(element);
            if (block)
                Break(name is "p" or "blockquote" or "table" or "ul" or "ol" or "h1" or "h2" or "h3" ? 2 : 1);
            linePrefix = outerPrefix;
        }

        private bool IsHidden(IElement element) =>
            hiddenByStyleSheet.Contains(element)
            || element.HasAttribute("hidden")
            || (element.GetAttribute("style") is { } style && IsHiding(style))
            || (element.LocalName is "font" && element.GetAttribute("color")?.ToLowerInvariant() is "white" or "#fff" or "#ffffff");

        // Where a link leads is part of what a careful reader wants to know, unless its text says it already.
        private void Link(IElement element)
        {
            var target = element.GetAttribute("href")?.Trim();
            if (target is null || !Uri.TryCreate(target, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                return;
            if (!element.TextContent.Contains(uri.Host, StringComparison.OrdinalIgnoreCase) && target.Length <= MaxLinkLength)
                Words($" [{uri.AbsoluteUri}]", preformatted: false);
        }

        private void Words(string data, bool preformatted)
        {
            foreach (var c in data)
            {
                if (preformatted && c is '\n')
                    Break(1, add: true);
                else if (!preformatted && c is ' ' or '\t' or '\r' or '\n' or '\f')
                    pendingSpace |= !atLineStart;
                else
                    Put(c);
            }
        }

        private void Put(char c)
        {
            if (pendingBreaks > 0 && text.Length > 0)
            {
                text.Append('\n', pendingBreaks);
                atLineStart = true;
            }

            pendingBreaks = 0;
            if (atLineStart)
                text.Append(linePrefix);
            else if (pendingSpace)
                text.Append(' ');
            pendingSpace = false;
            atLineStart = false;
            text.Append(c);
        }

        private void Break(int count, bool add = false)
        {
            pendingBreaks = add ? Math.Min(pendingBreaks + count, 2) : Math.Max(pendingBreaks, count);
            pendingSpace = false;
        }

        private static bool IsPreformatted(IText words) => words.ParentElement?.Closest("pre") is not null;
    }
}
