(* What the generated proofs of limits rest on: bounds of polynomials close to 0. Real numbers, nothing else. *)
Require Import Reals Lra.
Open Scope R_scope.

(* c0 + t (c1 + t (c2 + ...)), from the list of its coefficients. *)
Fixpoint poly (c : list R) (t : R) : R :=
  match c with nil => 0 | cons a l => a + t * poly l t end.

(* Something holds for every t close enough to 0. *)
Definition near (P : R -> Prop) := exists delta, 0 < delta /\ forall t, Rabs t < delta -> P t.

Lemma near_all (P : R -> Prop) : (forall t, P t) -> near P.
Proof. intro H; exists 1; split; [lra | intros t _; apply H]. Qed.
Lemma near_and P Q : near P -> near Q -> near (fun t => P t /\ Q t).
Proof.
  intros (d & D & H) (e & E & K); exists (Rmin d e); split; [apply Rmin_glb_lt; assumption |].
  intros t T; split; [apply H | apply K]; eapply Rlt_le_trans; try exact T; [apply Rmin_l | apply Rmin_r].
Qed.
Lemma near_weaker (P Q : R -> Prop) : near P -> (forall t, P t -> Q t) -> near Q.
Proof. intros (d & D & H) W; exists d; split; [exact D | intros t T; apply W, H, T]. Qed.
Lemma near_small d : 0 < d -> near (fun t => Rabs t < d).
Proof. intro D; exists d; split; [exact D | intros t T; exact T]. Qed.

Definition bounded (f : R -> R) := exists B, 0 < B /\ near (fun t => Rabs (f t) <= B).
Definition apart (f : R -> R) := exists m, 0 < m /\ near (fun t => m <= Rabs (f t)).
Definition above (f : R -> R) := exists m, 0 < m /\ near (fun t => m <= f t).

Lemma bounded_mult f g : bounded f -> bounded g -> bounded (fun t => f t * g t).
Proof.
  intros (B & P & H) (C & Q & K); exists (B * C); split; [apply Rmult_lt_0_compat; assumption |].
  apply (near_weaker _ _ (near_and _ _ H K)); intros t (X & Y); rewrite Rabs_mult.
  apply Rmult_le_compat; try assumption; apply Rabs_pos.
Qed.
Lemma apart_mult f g : apart f -> apart g -> apart (fun t => f t * g t).
Proof.
  intros (b & P & H) (c & Q & K); exists (b * c); split; [apply Rmult_lt_0_compat; assumption |].
  apply (near_weaker _ _ (near_and _ _ H K)); intros t (X & Y); rewrite Rabs_mult.
  apply Rmult_le_compat; try assumption; lra.
Qed.
Lemma above_mult f g : above f -> above g -> above (fun t => f t * g t).
Proof.
  intros (b & P & H) (c & Q & K); exists (b * c); split; [apply Rmult_lt_0_compat; assumption |].
  apply (near_weaker _ _ (near_and _ _ H K)); intros t (X & Y); apply Rmult_le_compat; lra.
Qed.
Lemma bounded_pow f n : bounded f -> bounded (fun t => f t ^ n).
Proof.
  intro H; induction n as [| n IH]; [exists 1; split; [lra |] | exact (bounded_mult _ _ H IH)].
  apply near_all; intro t; cbn [pow]; rewrite Rabs_R1; lra.
Qed.
Lemma apart_pow f n : apart f -> apart (fun t => f t ^ n).
Proof.
  intro H; induction n as [| n IH]; [exists 1; split; [lra |] | exact (apart_mult _ _ H IH)].
  apply near_all; intro t; cbn [pow]; rewrite Rabs_R1; lra.
Qed.
Lemma above_pow f n : above f -> above (fun t => f t ^ n).
Proof.
  intro H; induction n as [| n IH]; [exists 1; split; [lra |] | exact (above_mult _ _ H IH)].
  apply near_all; intro t; cbn [pow]; lra.
Qed.
Lemma above_square f n : apart f -> above (fun t => (f t ^ 2) ^ n).
Proof.
  intro H; apply above_pow; destruct H as (m & M & H); exists (m * m); split; [apply Rmult_lt_0_compat; assumption |].
  apply (near_weaker _ _ H); intros t T; rewrite <- (pow2_abs (f t)); cbn [pow].
  rewrite Rmult_1_r; apply Rmult_le_compat; lra.
Qed.

Lemma bounded_poly c : bounded (poly c).
Proof.
  induction c as [| a l (B & P & H)]; cbn [poly].
  - exists 1; split; [lra | apply near_all; intro t; rewrite Rabs_R0; lra].
  - exists (Rabs a + B); split; [pose proof (Rabs_pos a); lra |].
    apply (near_weaker _ _ (near_and _ _ H (near_small 1 ltac:(lra)))); intros t (X & T).
    apply (Rle_trans _ _ _ (Rabs_triang _ _)); apply Rplus_le_compat_l; rewrite Rabs_mult.
    rewrite <- (Rmult_1_l B); apply Rmult_le_compat; try apply Rabs_pos; lra.
Qed.

(* Close to 0 a polynomial is close to its first coefficient. *)
Lemma poly_close a l e : 0 < e -> near (fun t => Rabs (poly (cons a l) t - a) < e).
Proof.
  intro E; destruct (bounded_poly l) as (B & P & H).
  apply (near_weaker _ _ (near_and _ _ H (near_small (e / B) ltac:(apply Rdiv_lt_0_compat; assumption)))).
  intros t (X & T); cbn [poly]; replace (a + t * poly l t - a) with (t * poly l t) by ring.
  rewrite Rabs_mult; apply (Rle_lt_trans _ (Rabs t * B)).
  - apply Rmult_le_compat_l; [apply Rabs_pos | exact X].
  - replace e with (e / B * B) by (field; lra); apply Rmult_lt_compat_r; assumption.
Qed.
Lemma above_poly a l : 0 < a -> above (poly (cons a l)).
Proof.
  intro A; exists (a / 2); split; [lra |].
  apply (near_weaker _ _ (poly_close a l (a / 2) ltac:(lra))); intros t T; apply Rabs_def2 in T; lra.
Qed.
Lemma apart_poly a l : a <> 0 -> apart (poly (cons a l)).
Proof.
  intro A; pose proof (Rabs_pos_lt a A); exists (Rabs a / 2); split; [lra |].
  apply (near_weaker _ _ (poly_close a l (Rabs a / 2) ltac:(lra))); intros t T.
  pose proof (Rabs_triang_inv a (a - poly (cons a l) t)) as I; rewrite (Rabs_minus_sym a) in I.
  replace (a - (a - poly (cons a l) t)) with (poly (cons a l) t) in I by ring; lra.
Qed.

(* Its sign is that of its first coefficient. *)
Lemma stays_positive a l : 0 < a -> near (fun t => 0 < poly (cons a l) t).
Proof. intro A; destruct (above_poly a l A) as (m & M & H); apply (near_weaker _ _ H); intros t T; lra. Qed.
Lemma stays_negative a l : a < 0 -> near (fun t => poly (cons a l) t < 0).
Proof.
  intro A; apply (near_weaker _ _ (poly_close a l (- a) ltac:(lra))); intros t T; apply Rabs_def2 in T; lra.
Qed.
Lemma stays_nonzero a l : a <> 0 -> near (fun t => poly (cons a l) t <> 0).
Proof.
  intro A; destruct (apart_poly a l A) as (m & M & H); apply (near_weaker _ _ H).
  intros t T Z; rewrite Z, Rabs_R0 in T; lra.
Qed.

(* What tends to 0, and what grows beyond every bound. *)
Lemma vanishes n D e : bounded n -> apart D -> 0 < e -> near (fun t => Rabs (t * n t / D t) < e).
Proof.
  intros (B & P & H) (m & M & K) E.
  assert (S : 0 < e * m / B) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat |]; assumption).
  apply (near_weaker _ _ (near_and _ _ (near_and _ _ H K) (near_small _ S))); intros t ((X & Y) & T).
  assert (N : D t <> 0) by (intro Z; rewrite Z, Rabs_R0 in Y; lra).
  unfold Rdiv; rewrite !Rabs_mult, Rabs_inv; apply (Rmult_lt_reg_r (Rabs (D t))); [lra |].
  replace (Rabs t * Rabs (n t) * / Rabs (D t) * Rabs (D t)) with (Rabs t * Rabs (n t)) by (field; lra).
  apply (Rle_lt_trans _ (Rabs t * B)); [apply Rmult_le_compat_l; [apply Rabs_pos | exact X] |].
  apply (Rlt_le_trans _ (e * m)).
  - replace (e * m) with (e * m / B * B) by (field; lra); apply Rmult_lt_compat_r; assumption.
  - apply Rmult_le_compat_l; lra.
Qed.
Lemma pow_at_most t k : Rabs t < 1 -> t ^ S k <= Rabs t.
Proof.
  intro T; apply (Rle_trans _ (Rabs (t ^ S k))); [apply Rle_abs |]; rewrite <- RPow_abs; cbn [pow].
  rewrite <- (Rmult_1_r (Rabs t)) at 3; apply Rmult_le_compat_l; [apply Rabs_pos |].
  rewrite <- (pow1 k); apply pow_incr; pose proof (Rabs_pos t); lra.
Qed.
Lemma grows n D k K : above n -> above D -> bounded D -> near (fun t => 0 < t ^ S k -> K < n t / (t ^ S k * D t)).
Proof.
  intros (a & A & H) (d & P & G) (B & Q & F).
  pose proof (Rabs_pos K) as J.
  assert (Small : 0 < a / (B * (Rabs K + 1))) by (apply Rdiv_lt_0_compat; [| apply Rmult_lt_0_compat]; lra).
  apply (near_weaker _ _ (near_and _ _ (near_and _ _ H (near_and _ _ G F))
    (near_and _ _ (near_small 1 ltac:(lra)) (near_small _ Small)))).
  intros t ((X & Y & Z) & (T & U)) V; pose proof (pow_at_most t k T) as W.
  assert (Pos : 0 < t ^ S k * D t) by (apply Rmult_lt_0_compat; lra).
  apply (Rmult_lt_reg_r (t ^ S k * D t)); [exact Pos |].
  replace (n t / (t ^ S k * D t) * (t ^ S k * D t)) with (n t) by (field; split; lra).
  apply (Rle_lt_trans _ (Rabs K * (t ^ S k * D t))); [apply Rmult_le_compat_r; [lra | apply Rle_abs] |].
  apply (Rle_lt_trans _ (Rabs K * (Rabs t * B))).
  - apply Rmult_le_compat_l; [exact J |]; apply Rmult_le_compat; try lra.
    rewrite Rabs_pos_eq in Z; lra.
  - apply (Rle_lt_trans _ ((Rabs K + 1) * (Rabs t * B))).
    + apply Rmult_le_compat_r; [apply Rmult_le_pos; [apply Rabs_pos | lra] | lra].
    + apply (Rlt_le_trans _ a); [| exact X].
      replace a with ((Rabs K + 1) * (a / (B * (Rabs K + 1)) * B)) by (field; lra).
      apply Rmult_lt_compat_l; [lra |]; apply Rmult_lt_compat_r; assumption.
Qed.

(* What a value equals may be put in its place. *)
Lemma within (v e eps : R) : Rabs v < eps -> e = v -> Rabs e < eps.
Proof. intros H E; rewrite E; exact H. Qed.
Lemma beyond (v e K : R) : K < v -> e = v -> K < e.
Proof. intros H E; rewrite E; exact H. Qed.
Lemma below (v e K : R) : - K < v -> - e = v -> e < K.
Proof. intros H E; lra. Qed.

(* Points close to a, and points far out, as distances from 0. *)
Lemma not_at (x a delta : R) : 0 < Rabs (x - a) < delta -> x <> a.
Proof. intros (H & _) E; rewrite E in H; replace (a - a) with 0 in H by ring; rewrite Rabs_R0 in H; lra. Qed.
Lemma far_out x delta : 0 < delta -> 1 / delta < x -> 0 < x /\ Rabs (1 / x) < delta.
Proof.
  intros D H; pose proof (Rdiv_lt_0_compat 1 delta Rlt_0_1 D) as Q; assert (P : 0 < x) by lra; split; [exact P |].
  rewrite Rabs_pos_eq by (apply Rlt_le, Rdiv_lt_0_compat; lra).
  apply (Rmult_lt_reg_r x); [exact P |]; replace (1 / x * x) with 1 by (field; lra).
  apply (Rmult_lt_compat_l delta) in H; [| exact D]; replace (delta * (1 / delta)) with 1 in H by (field; lra); lra.
Qed.
Lemma far_down x delta : 0 < delta -> x < - (1 / delta) -> x < 0 /\ Rabs (1 / - x) < delta.
Proof. intros D H; destruct (far_out (- x) delta D ltac:(lra)); split; [lra | assumption]. Qed.

(* The side conditions of the lemmas above, from first coefficients of known sign. *)
Ltac shape :=
  match goal with
  | |- bounded (fun t => _ * _) => apply bounded_mult; shape
  | |- bounded (fun t => _ ^ _) => apply bounded_pow; shape
  | |- bounded _ => apply bounded_poly
  | |- apart (fun t => _ * _) => apply apart_mult; shape
  | |- apart (fun t => _ ^ _) => apply apart_pow; shape
  | |- apart _ => apply apart_poly; first [ assumption | lra ]
  | |- above (fun t => (_ ^ 2) ^ _) => apply above_square; shape
  | |- above (fun t => _ * _) => apply above_mult; shape
  | |- above (fun t => _ ^ _) => apply above_pow; shape
  | |- above _ => apply above_poly; first [ assumption | lra ]
  end.

