package io.ostinato.notebook.cells;

import io.ostinato.evaluation.SentCode;
import io.ostinato.notebook.cells.CellMethod.Reference;
import io.ostinato.notebook.cells.ExecutorCode.Finding;
import java.lang.invoke.SerializedLambda;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds variables of cells in code that is sent to executors. A cell's variable is a static field
 * of the class that JShell wraps around the cell, which the cell assigns where it is run: in the
 * notebook's process. On an executor it would silently be 0, false or null.
 */
public final class CellVariables implements SentCode {
  @Override
  public Optional<String> problemOf(Set<Class<?>> classes, List<SerializedLambda> lambdas) {
    ExecutorCode code = new ExecutorCode(new EntryMethods());
    classes.forEach(type -> code.addObjectsOf(type.getName().replace('.', '/')));
    for (SerializedLambda lambda : lambdas) {
      code.add(
          new Reference(
              lambda.getImplClass(), lambda.getImplMethodName(), lambda.getImplMethodSignature()));
      if (lambda.getImplMethodName().equals("<init>")) {
        code.addObjectsOf(lambda.getImplClass());
      }
    }
    Set<Finding> findings = code.findings();
    return findings.isEmpty() ? Optional.empty() : Optional.of(text(findings));
  }

  private static String text(Set<Finding> findings) {
    String methods = names(findings.stream().map(finding -> CellNames.of(finding.method())));
    Set<String> variables =
        findings.stream().map(Finding::variable).collect(Collectors.toCollection(TreeSet::new));
    boolean one = variables.size() == 1;
    return ("%s reads the %s %s, which %s not sent to executors and would have %s default there;"
            + " pass the value through a constructor and keep it in a field, or make it a local"
            + " variable")
        .formatted(
            methods,
            one ? "cell variable" : "cell variables",
            names(variables.stream().map("'%s'"::formatted)),
            one ? "is" : "are",
            one ? "its" : "their");
  }

  private static String names(Stream<String> names) {
    return names.distinct().collect(Collectors.joining(" and "));
  }
}
