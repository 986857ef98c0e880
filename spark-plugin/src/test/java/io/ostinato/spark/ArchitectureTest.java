package io.ostinato.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.ostinato.SimpleNames;

/** The rules of the house, for the rooms of this module. */
@AnalyzeClasses(
    packages = "io.ostinato.spark",
    importOptions = ImportOption.DoNotIncludeTests.class)
@ArchTag("spark35")
class ArchitectureTest {
  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_ROOMS =
      slices().matching("io.ostinato.spark.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ONLY_UI_TOUCHES_SPARKS_UI =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.spark.ui..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark.ui..", "javax.servlet..", "jakarta.servlet..");

  @ArchTest
  static final ArchRule NOTHING_FROM_SPARKS_INTERNALS_BUT_WHERE_THE_NAME_SAYS_SO =
      noClasses()
          .that()
          .haveSimpleNameNotStartingWith("Internal")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark.sql.catalyst..",
              "org.apache.spark.sql.execution..",
              "org.apache.spark.scheduler..",
              "org.apache.spark.internal..");

  @ArchTest static final ArchRule SIMPLE_NAMES_ARE_UNIQUE = SimpleNames.areUnique();

  @ArchTest
  static final ArchRule NOTHING_OF_THE_JOBS =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.ostinato.jobs..");
}
