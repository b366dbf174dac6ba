(* The lemmas and tactics that every generated proof rests on. Real numbers, nothing else. *)
Require Import Reals Lra.
Open Scope R_scope.

(* An inequality from its difference, given in a form whose sign is evident. *)
Lemma lt_by_diff a b c : b - a = c -> 0 < c -> a < b.
Proof. intros; lra. Qed.
Lemma le_by_diff a b c : b - a = c -> 0 <= c -> a <= b.
Proof. intros; lra. Qed.
Lemma ne_by_diff a b c : a - b = c -> c <> 0 -> a <> b.
Proof. intros E N H; apply N; lra. Qed.

(* An inequality from another, by a multiple of its difference and something that is not negative. *)
Lemma le_by_multiple a b c d F r : b - a = F * (d - c) + r -> 0 <= F -> 0 <= r -> c <= d -> a <= b.
Proof. intros E P N H; pose proof (Rmult_le_pos F (d - c) P ltac:(lra)); lra. Qed.

(* An equivalence of two comparisons, one a positive multiple of the other. *)
Lemma iff_lt a b c d F : b - a = F * (d - c) -> 0 < F -> (a < b <-> c < d).
Proof.
  intros E P; split; intro H.
  - apply Rminus_gt_0_lt, (Rmult_lt_reg_l F); lra.
  - pose proof (Rmult_lt_0_compat F (d - c) P ltac:(lra)); lra.
Qed.
Lemma iff_le a b c d F : b - a = F * (d - c) -> 0 < F -> (a <= b <-> c <= d).
Proof.
  intros E P; split; intro H.
  - apply Rnot_lt_le; intro L; pose proof (Rmult_lt_0_compat F (c - d) P ltac:(lra)); lra.
  - pose proof (Rmult_le_pos F (d - c) (Rlt_le _ _ P) ltac:(lra)); lra.
Qed.

(* An equation that has the same zeros as one other, or as two others together. *)
Lemma pow_zero x n : x ^ S n = 0 <-> x = 0.
Proof.
  split; intro H.
  - destruct (Req_dec x 0) as [Z | N]; [exact Z | exfalso; exact (pow_nonzero x (S n) N H)].
  - rewrite H; simpl; ring.
Qed.
Lemma iff_eq a b c d F n : a - b = F * (c - d) ^ S n -> F <> 0 -> (a = b <-> c = d).
Proof.
  intros E N; split; intro H.
  - assert (Z : F * (c - d) ^ S n = 0) by lra.
    apply Rmult_integral in Z; destruct Z as [Z | Z]; [contradiction | apply pow_zero in Z; lra].
  - assert (Z : (c - d) ^ S n = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
Qed.
Lemma iff_eq_or a b c d e f F n k :
  a - b = F * (c - d) ^ S n * (e - f) ^ S k -> F <> 0 -> (a = b <-> c = d \/ e = f).
Proof.
  intros E N; split; intro H.
  - assert (Z : F * (c - d) ^ S n * (e - f) ^ S k = 0) by lra.
    apply Rmult_integral in Z; destruct Z as [Z | Z].
    + apply Rmult_integral in Z; destruct Z as [Z | Z]; [contradiction | apply pow_zero in Z; left; lra].
    + apply pow_zero in Z; right; lra.
  - destruct H as [H | H].
    + assert (Z : (c - d) ^ S n = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
    + assert (Z : (e - f) ^ S k = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
Qed.

(* The sign of a factor from the sign of a product. *)
Lemma lt_from_product f g P : P = g * f -> 0 < g -> 0 < P -> 0 < f.
Proof. intros E G H; apply (Rmult_lt_reg_l g); lra. Qed.
Lemma le_from_product f g P : P = g * f -> 0 < g -> 0 <= P -> 0 <= f.
Proof. intros E G H; apply (Rmult_le_reg_l g); lra. Qed.
Lemma ne_from_product f g P : P = g * f -> P <> 0 -> f <> 0.
Proof. intros E N Z; apply N; rewrite E, Z; ring. Qed.

(* A quadratic with a positive leading coefficient and a negative discriminant. *)
Lemma lt_by_square f a b c x s : f = a * x ^ 2 + b * x + c -> 4 * a * c - b ^ 2 = s -> 0 < a -> 0 < s -> 0 < f.
Proof.
  intros E S A D; apply (lt_from_product f (4 * a) ((2 * a * x + b) ^ 2 + s)).
  - rewrite E, <- S; ring.
  - lra.
  - pose proof (pow2_ge_0 (2 * a * x + b)); lra.
Qed.
Lemma le_by_square f a b c x s : f = a * x ^ 2 + b * x + c -> 4 * a * c - b ^ 2 = s -> 0 < a -> 0 <= s -> 0 <= f.
Proof.
  intros E S A D; apply (le_from_product f (4 * a) ((2 * a * x + b) ^ 2 + s)).
  - rewrite E, <- S; ring.
  - lra.
  - pose proof (pow2_ge_0 (2 * a * x + b)); lra.
Qed.

Lemma div_le_0 a b : 0 <= a -> 0 < b -> 0 <= a / b.
Proof. intros A B; apply Rmult_le_pos; [exact A | apply Rlt_le, Rinv_0_lt_compat, B]. Qed.
Lemma pow2_lt_0 a : a <> 0 -> 0 < a ^ 2.
Proof. intro N; rewrite <- Rsqr_pow2; apply Rsqr_pos_lt, N. Qed.

(* Signs that can be read off: sums and products of what is known to be positive, and squares. *)
Ltac pos :=
  match goal with
  | H : ?goal |- ?goal => exact H
  | |- 0 < ?a + ?b => first [ apply Rplus_lt_le_0_compat; pos | apply Rplus_le_lt_0_compat; pos ]
  | |- 0 <= ?a + ?b => apply Rplus_le_le_0_compat; pos
  | |- 0 < ?a * ?b => apply Rmult_lt_0_compat; pos
  | |- 0 <= ?a * ?b => apply Rmult_le_pos; pos
  | |- 0 < ?a / ?b => apply Rdiv_lt_0_compat; pos
  | |- 0 <= ?a / ?b => apply div_le_0; pos
  | |- 0 < / ?a => apply Rinv_0_lt_compat; pos
  | |- 0 < ?a ^ 2 => apply pow2_lt_0; pos
  | |- 0 <= ?a ^ 2 => apply pow2_ge_0
  | |- 0 < ?a ^ ?n => apply pow_lt; pos
  | |- 0 <= ?a ^ ?n => apply pow_le; pos
  | |- ?a * ?b <> 0 => apply Rmult_integral_contrapositive_currified; pos
  | |- ?a ^ ?n <> 0 => apply pow_nonzero; pos
  | |- / ?a <> 0 => apply Rinv_neq_0_compat; pos
  | H : 0 < ?a |- ?a <> 0 => exact (Rgt_not_eq _ _ H)
  | H : 0 < ?a |- 0 <= ?a => exact (Rlt_le _ _ H)
  | |- ?a <> 0 => apply Rgt_not_eq; unfold Rgt; pos
  | |- 0 <= ?a => apply Rlt_le; pos
  | |- _ => lra
  end.

(* The side conditions that [field] leaves: no denominator is zero. *)
Ltac known_nonzero := match goal with H : ?a <> 0 |- ?b <> 0 => let Z := fresh in solve [ intro Z; apply H; lra ] end.
Ltac nz := repeat split; first [ solve [ pos ] | lra | known_nonzero | nra ].

(* Comparisons of real numbers are decided: without the axiom of the excluded middle. *)
Lemma decided_lt a b : a < b \/ ~ a < b.
Proof. destruct (Rlt_dec a b); [left | right]; assumption. Qed.
Lemma decided_ne (a b : R) : a <> b \/ ~ a <> b.
Proof. destruct (Req_dec a b) as [E | N]; [right; intro H; exact (H E) | left; exact N]. Qed.
Lemma decided_and (P Q : Prop) : P \/ ~ P -> Q \/ ~ Q -> (P /\ Q) \/ ~ (P /\ Q).
Proof. tauto. Qed.
Ltac decided := repeat apply decided_and; first [ apply decided_lt | apply decided_ne ].

(* Arithmetic with rational numbers at a counterexample. *)
Ltac number_equation := first [ lra | field; repeat split; lra ].
Ltac number_premise :=
  first [ lra | match goal with |- exists n : Z, ?v = IZR n => match v with IZR ?k => exists k; reflexivity end end
        | left; number_premise | right; number_premise ].
Ltac number_contradiction D := exfalso; revert D; cbn [pow]; first [ lra | intuition lra ].
