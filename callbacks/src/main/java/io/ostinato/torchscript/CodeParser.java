package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Field;
import io.ostinato.torchscript.ModuleCode.Function;
import io.ostinato.torchscript.ModuleCode.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses one file of serialized code. */
final class CodeParser {
  private static final Pattern TO_ATTRIBUTE = Pattern.compile("^\\w+\\.(\\w+) *=");

  /** The maximum number of blocks inside one another. */
  private static final int DEEPEST = 100;

  private final ModuleCode code;
  private final String file;
  private CodeLines lines = new CodeLines(List.of(), List.of());
  private int next;
  private int depth;

  /**
   * Creates a parser that adds the classes and functions it finds.
   *
   * @param code receives the classes and functions
   * @param file the qualified name of the file, such as {@code __torch__.torch.nn.functional}
   */
  CodeParser(ModuleCode code, String file) {
    this.code = code;
    this.file = file;
  }

  void parse(CodeLines all) {
    lines = all;
    next = 0;
    while (next < lines.size()) {
      String line = lines.lines().get(next);
      if (line.startsWith("class ")) {
        code.add(classCode());
      } else if (line.startsWith("def ")) {
        Function function = function("");
        code.add(file + "." + function.name(), function);
      } else {
        next++; // an import, or a constant of the file
      }
    }
  }

  private ClassCode classCode() {
    int indent = indent();
    Tokens head = new Tokens(take());
    head.expect("class");
    String name = file + "." + head.take();
    String base = head.takes("(") && !head.peek().equals(")") ? head.take() : "";
    Map<String, Field> fields = new LinkedHashMap<>();
    Map<String, Function> methods = new LinkedHashMap<>();
    List<String> hooks = new ArrayList<>();
    List<String> parameters = new ArrayList<>();
    List<String> buffers = new ArrayList<>();
    while (isWithin(indent)) {
      String line = lines.lines().get(next);
      if (line.startsWith("def ")) {
        Function method = function(name);
        methods.put(method.name(), method);
      } else {
        try {
          Tokens attribute = new Tokens(take());
          switch (attribute.peek()) {
            case "__forward_hooks__", "__forward_pre_hooks__" -> names(attribute, hooks);
            case "__parameters__" -> names(attribute, parameters);
            case "__buffers__" -> names(attribute, buffers);
            default -> field(attribute, fields);
          }
        } catch (CodeSyntaxException e) {
          code.unreadable(String.valueOf(e.getMessage()));
        }
      }
    }
    return new ClassCode(name, base, fields, methods, hooks, parameters, buffers);
  }

  /** Parses {@code __forward_hooks__ = ["name", ]}. */
  private static void names(Tokens line, List<String> names) {
    line.take();
    line.expect("=");
    line.expect("[");
    while (!line.takes("]")) {
      names.add(line.takeText());
      line.takes(",");
    }
  }

  /**
   * Parses {@code name : type = value} or {@code __annotations__["name"] = type}; ignores anything
   * else.
   */
  private static void field(Tokens line, Map<String, Field> fields) {
    String name = line.take();
    if (name.equals("__annotations__") && line.takes("[")) {
      String attribute = line.takeText();
      line.expect("]");
      line.expect("=");
      fields.put(attribute, new Field(type(line), null));
    } else if (line.takes(":")) {
      String type = type(line);
      Expression value = line.takes("=") ? new ExpressionParser(line).expression() : null;
      fields.put(name, new Field(type, value));
    }
  }

  private Function function(String owner) {
    int indent = indent();
    Tokens head = new Tokens(take());
    head.expect("def");
    String name = head.take();
    head.expect("(");
    List<Parameter> parameters = new ArrayList<>();
    while (!head.takes(")")) {
      if (!head.takes(",")) {
        parameters.add(parameter(head));
      }
    }
    return new Function(owner, name, parameters, block(indent));
  }

  private static Parameter parameter(Tokens head) {
    String name = head.take();
    String type = head.takes(":") ? type(head) : "";
    @Nullable Expression preset = head.takes("=") ? new ExpressionParser(head).expression() : null;
    return new Parameter(name, type, preset);
  }

  /** Parses a type; the result is as written, without spaces. */
  private static String type(Tokens line) {
    StringBuilder type = new StringBuilder();
    int depth = 0;
    while (line.hasMore()) {
      String token = line.peek();
      if (depth == 0 && (token.equals(",") || token.equals(")") || token.equals("="))) {
        break;
      }
      depth += token.equals("[") || token.equals("(") ? 1 : 0;
      depth -= token.equals("]") || token.equals(")") ? 1 : 0;
      type.append(line.take());
    }
    return type.toString();
  }

  private List<Statement> block(int indent) {
    if (++depth > DEEPEST) {
      throw new CodeSyntaxException.TooDeepException();
    }
    List<Statement> statements = new ArrayList<>();
    while (isWithin(indent)) {
      statement().ifPresent(statements::add);
    }
    depth--;
    return statements;
  }

  /**
   * Parses a statement. One that can't be parsed is recorded in its place, so that the rest is
   * known.
   */
  private Optional<Statement> statement() {
    int indent = indent();
    int start = next;
    int around = depth;
    try {
      return readable(indent);
    } catch (CodeSyntaxException.TooDeepException e) {
      throw e;
    } catch (CodeSyntaxException e) {
      next = start;
      depth = around;
      Matcher attribute = TO_ATTRIBUTE.matcher(take());
      return Optional.of(
          new Statement.Unreadable(
              String.valueOf(e.getMessage()),
              attribute.find() ? attribute.group(1) : "",
              block(indent)));
    }
  }

  private Optional<Statement> readable(int indent) {
    if (lines.lines().get(next).startsWith("def ")) {
      return Optional.of(new Statement.Define(function("")));
    }
    Tokens line = new Tokens(take());
    switch (line.peek()) {
      case "pass":
        return Optional.empty();
      case "return":
        line.take();
        return Optional.of(
            new Statement.Return(line.hasMore() ? sequence(line) : new Expression.Literal(null)));
      case "if":
        return Optional.of(branches(line, indent));
      case "for", "while":
        return Optional.of(loop(line, indent));
      case "with":
        return Optional.of(with(line, indent));
      default:
        return Optional.of(assignment(line));
    }
  }

  private Statement branches(Tokens line, int indent) {
    line.take();
    Expression condition = new ExpressionParser(line).expression();
    line.expect(":");
    List<Statement> then = block(indent);
    boolean hasElse =
        next < lines.size() && indent() == indent && lines.lines().get(next).equals("else:");
    if (hasElse) {
      next++;
    }
    return new Statement.If(condition, then, hasElse ? block(indent) : List.of());
  }

  private Statement with(Tokens line, int indent) {
    line.take();
    Expression object = new ExpressionParser(line).expression();
    String variable = line.takes("as") ? line.take() : "";
    line.expect(":");
    return new Statement.With(object, variable, block(indent));
  }

  private Statement loop(Tokens line, int indent) {
    List<Expression> variables = new ArrayList<>();
    if (line.take().equals("for")) {
      while (!line.takes("in")) {
        if (!line.takes(",")) {
          variables.add(new ExpressionParser(line).expression());
        }
      }
    }
    Expression over = new ExpressionParser(line).expression();
    line.expect(":");
    return new Statement.Loop(variables, over, block(indent));
  }

  /**
   * Parses {@code a = x}, {@code a, b, = x}, {@code a.b = x}, {@code a : type = x}, or {@code x}.
   */
  private static Statement assignment(Tokens line) {
    int start = line.position();
    List<Expression> targets = new ArrayList<>();
    ExpressionParser parser = new ExpressionParser(line);
    do {
      targets.add(parser.expression());
    } while (line.takes(",") && !line.peek().equals("="));
    String type = line.takes(":") ? type(line) : "";
    if (line.takes("=")) {
      return new Statement.Assign(targets, type, sequence(line));
    }
    line.goBackTo(start);
    return new Statement.Assign(List.of(), "", sequence(line));
  }

  /** Parses one expression, or a tuple without parentheses. */
  private static Expression sequence(Tokens line) {
    ExpressionParser parser = new ExpressionParser(line);
    List<Expression> all = new ArrayList<>(List.of(parser.expression()));
    while (line.takes(",")) {
      if (line.hasMore()) {
        all.add(parser.expression());
      }
    }
    if (line.hasMore()) {
      throw new CodeSyntaxException("unexpected '%s'".formatted(line.peek()));
    }
    return all.size() == 1 ? all.get(0) : new Expression.Sequence(false, all);
  }

  private int indent() {
    return lines.indents().get(next);
  }

  private boolean isWithin(int indent) {
    return next < lines.size() && indent() > indent;
  }

  private String take() {
    return lines.lines().get(next++);
  }
}
